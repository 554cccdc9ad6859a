/** A set of places that is run through in ascending order, so that sums over it do not depend on how it came about. */
export class OrderedPlaces {
  private readonly members = new Set<number>();
  private order: number[] | null = [];

  set(place: number, member: boolean): void {
    if (member === this.members.has(place)) return;
    if (member) this.members.add(place);
    else this.members.delete(place);
    this.order = null;
  }

  inOrder(): readonly number[] {
    this.order ??= [...this.members].sort((a, b) => a - b);
    return this.order;
  }
}
