/**
 * The index beside the log: derived from `event`, so that a later migration may drop and make it anew; it is then filled again.
 *
 * - `event_class` gives each combination of action, outcome, severity and vault a number, `event_initiator` each initiator. Both
 *   stay small, since few of these values are a client's choice.
 * - `event_block` holds time, class and initiator of up to 1024 events in a row of seq as one value (see event-index-block.ts): to
 *   look at a million events takes milliseconds, and no request ever brings an index of its own in order.
 * - `event_text` finds the words of events (see event-index-words.ts): without content, positions and sizes. Its segments are merged
 *   a little at each transaction, not much now and then. Words that are not
 *   identifiers stand in `event_word` too, with the number of events that hold them, so that the beginning of a word can be turned
 *   into the words there are: those are looked up one by one, lazily, where FTS5 would merge all events of all of them first.
 */
export const EVENT_INDEX_SCHEMA = `
CREATE TABLE event_class (
  number INTEGER PRIMARY KEY,
  action TEXT NOT NULL,
  outcome TEXT NOT NULL,
  severity TEXT NOT NULL,
  vault TEXT NOT NULL,
  UNIQUE (action, outcome, severity, vault)
) STRICT;

CREATE TABLE event_initiator (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE event_block (
  number INTEGER PRIMARY KEY,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  min_time INTEGER NOT NULL,
  max_time INTEGER NOT NULL,
  rows BLOB NOT NULL
) STRICT;
CREATE INDEX event_block_times ON event_block (number, first_seq, last_seq, min_time, max_time);

CREATE TABLE event_word (
  word TEXT PRIMARY KEY,
  events INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE event_text USING fts5 (words, content='', columnsize=0, detail=none, tokenize='ascii');
INSERT INTO event_text (event_text, rank) VALUES ('automerge', 0);
`;
