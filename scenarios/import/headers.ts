/** The part of a header that counts: spelling varies in case, blanks and punctuation between versions. */
export function normaliseHeader(header: string): string {
  return header
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}#%]/gu, '');
}
