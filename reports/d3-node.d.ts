/** The part of d3-node that the figure uses; the package has no types of its own. */
declare module 'd3-node' {
  /** A d3 selection of one element. */
  export interface Selection {
    append(name: string): Selection;
    attr(name: string, value: string | number): Selection;
    text(value: string): Selection;
    node(): unknown;
    remove(): Selection;
  }

  export class D3Node {
    window: { XMLSerializer: new () => { serializeToString(node: unknown): string } };
    createSVG(width: number, height: number, attributes?: Record<string, string>): Selection;
  }
}
