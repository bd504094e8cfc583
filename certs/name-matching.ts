import type { NamePart } from './name.ts';

/**
 * Text as it is compared: upper and lower case, compatibility forms and how many blanks there are make no difference
 * (RFC 5280 §7.1, caseIgnoreMatch of RFC 4518). Blanks at the ends stay.
 */
export const normalText = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ');

/** A value as it is compared. */
export const normalValue = (text: string): string => normalText(text).trim();

/** Two parts of names are the same exactly when these are. */
export const normalPart = (part: NamePart): string =>
  JSON.stringify(
    part
      .map(({ type, text, der }) => [
        type,
        text === undefined ? Buffer.from(der).toString('hex') : normalValue(text),
        text === undefined,
      ])
      .map(attribute => JSON.stringify(attribute))
      .sort(),
  );

/** Two names are the same exactly when these are (RFC 5280 §7.1). */
export const normalName = (parts: readonly NamePart[]): string => parts.map(normalPart).join('\n');
