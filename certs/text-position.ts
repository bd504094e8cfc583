/** Line and column of an index of the text, both from 1; lines end as on Unix, Windows or an old Mac. */
export function positionIn(text: string, index: number): { line: number; column: number } {
  const before = text.slice(0, index).split(/\r\n|\r|\n/);
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** Gives the lines of indices that only grow, counting each line once: a file may hold thousands of blocks. */
export function lineCounter(text: string): (index: number) => number {
  const lineEnds = text.matchAll(/\r\n|\r|\n/g);
  let line = 1;
  let next = lineEnds.next();
  return index => {
    for (; !next.done && next.value.index < index; next = lineEnds.next()) line++;
    return line;
  };
}
