export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** A size as the scenario format writes it; whole GiB where it is. */
export function formatMebibytes(mebibytes: number): string {
  return mebibytes > 0 && mebibytes % 1024 === 0 ? `${mebibytes / 1024}GiB` : `${mebibytes}MiB`;
}

/** The next whole GiB, at least one. In MiB. */
export function upToGibibyte(mebibytes: number): number {
  return Math.max(1, Math.ceil(mebibytes / 1024)) * 1024;
}

/** Whole MiB in proportion to the room in each place, none of which gets more than its room. `mebibytes` must not be more than all rooms together. */
export function divideByRoom(mebibytes: number, rooms: readonly number[]): number[] {
  let left = mebibytes;
  let roomLeft = sum(rooms);
  return rooms.map((room) => {
    const share = room === 0 ? 0 : Math.round((left * room) / roomLeft);
    left -= share;
    roomLeft -= room;
    return share;
  });
}
