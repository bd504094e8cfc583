import { readFileSync } from 'node:fs';

/** A file that another program wrote; its README says how. */
export const otherProgramsFile = (name: string): Buffer =>
  readFileSync(new URL(`./other-programs/${name}`, import.meta.url));

/** Under which most of them are. */
export const OTHER_PROGRAMS_PASSWORD = 'correct-horse';
