import { insertAt, removeAt } from './lists.ts';

/** A set of places that is run through in ascending order, so that sums over it do not depend on how it came about. */
export class OrderedPlaces {
  private readonly places: number[] = [];

  set(place: number, member: boolean): void {
    const { places } = this;
    const at = this.positionOf(place);
    if (places[at] === place) {
      if (!member) removeAt(places, at);
    } else if (member) insertAt(places, at, place);
  }

  inOrder(): readonly number[] {
    return this.places;
  }

  /** Where a place stands or would stand. */
  private positionOf(place: number): number {
    const { places } = this;
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((places[middle] as number) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
