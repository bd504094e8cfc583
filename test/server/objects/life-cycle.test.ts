import t from 'tap';
import {
  ActivationDate,
  AttributeSet,
  CompromiseDate,
  CompromiseOccurrenceDate,
  DeactivationDate,
  DestroyDate,
  InitialDate,
  LastChangeDate,
  RevocationReason,
  RevocationReasonCode,
  State,
} from '../../../kmip-codec/index.ts';
import { activated, advance, destroyed, revoked, stateAfter, transitions } from '../../../server/objects/index.ts';
import { nextTransitionAt } from '../../../server/objects/life-cycle.ts';

const at = (seconds: number) => new Date(Date.UTC(2030, 0, 1) + seconds * 1000);
const now = at(0);
const key = (state: number) =>
  new AttributeSet()
    .set(State, state as 1)
    .set(InitialDate, at(-1000))
    .set(LastChangeDate, at(-500));
const states = [
  State.PreActive,
  State.Active,
  State.Deactivated,
  State.Compromised,
  State.Destroyed,
  State.DestroyedCompromised,
];

/** 1.4 §3.22 once more, as it is drawn: from each state, by each of our triggers, where to. */
const drawing: Record<string, Record<number, number>> = {
  'Activation Date reached': { [State.PreActive]: State.Active },
  Activate: { [State.PreActive]: State.Active },
  'Deactivation Date reached': { [State.Active]: State.Deactivated },
  Revoke: { [State.Active]: State.Deactivated },
  'Revoke as compromised': {
    [State.PreActive]: State.Compromised,
    [State.Active]: State.Compromised,
    [State.Deactivated]: State.Compromised,
    [State.Destroyed]: State.DestroyedCompromised,
  },
  Destroy: {
    [State.PreActive]: State.Destroyed,
    [State.Deactivated]: State.Destroyed,
    [State.Compromised]: State.DestroyedCompromised,
  },
};

t.test('only the transitions of 1.4 §3.22 exist, from every state and by every trigger', async t => {
  for (const [trigger, drawn] of Object.entries(drawing))
    for (const state of states)
      t.equal(stateAfter(state, trigger as 'Revoke'), drawn[state], `${State.names.show(state)} by ${trigger}`);
  t.equal(transitions.length, Object.values(drawing).flatMap(Object.keys).length);
});

t.test('a date that has come changes the state, one second earlier it does not (1.4 §3.22)', async t => {
  const due = key(State.PreActive).set(ActivationDate, at(0));
  t.equal(advance(due, at(-1)), due, 'the same set, so that nothing is written');
  t.same(nextTransitionAt(due, at(-1)), at(0));
  const active = advance(due, at(0));
  t.equal(active.get(State), State.Active);
  t.same(active.get(LastChangeDate), at(0));
  t.equal(due.get(State), State.PreActive, 'the set given is not changed');
  t.equal(nextTransitionAt(active, at(0)), undefined);
});

t.test('both dates past: Active and Deactivated at once, changed when the later one came', async t => {
  const set = advance(key(State.PreActive).set(ActivationDate, at(-20)).set(DeactivationDate, at(-10)), now);
  t.equal(set.get(State), State.Deactivated);
  t.same(set.get(LastChangeDate), at(-10));
});

t.test('a change by time is never dated before the last change that is known', async t => {
  const set = advance(key(State.PreActive).set(ActivationDate, at(-900)), now);
  t.same(set.get(LastChangeDate), at(-500));
});

t.test('a Deactivation Date does nothing before an object is Active, and nothing after', async t => {
  for (const state of states.filter(state => state !== State.Active)) {
    const set = key(state).set(DeactivationDate, at(-10));
    t.equal(advance(set, now), set, State.names.show(state));
    t.equal(nextTransitionAt(key(state).set(DeactivationDate, at(10)), now), undefined, State.names.show(state));
  }
  t.same(nextTransitionAt(key(State.Active).set(DeactivationDate, at(10)), now), at(10));
});

t.test('activation sets state and dates; a Deactivation Date that has passed takes effect at once', async t => {
  const set = activated(key(State.PreActive).set(ActivationDate, at(99)), now);
  t.same([set.get(State), set.get(ActivationDate), set.get(LastChangeDate)], [State.Active, now, now]);
  t.equal(activated(key(State.PreActive).set(DeactivationDate, at(-10)), now).get(State), State.Deactivated);
});

t.test('revocation sets what 1.4 §4.20 names, by every Revocation Reason Code', async t => {
  for (const [name, [code]] of Object.entries(RevocationReasonCode.names.table.values)) {
    const reason = { revocationReasonCode: code as 1, revocationMessage: 'laptop stolen' };
    const isCompromise = /Compromise/.test(name);
    const set = revoked(key(State.Active), reason, undefined, now);
    t.same(set.get(RevocationReason), reason, name);
    t.equal(set.get(State), isCompromise ? State.Compromised : State.Deactivated, name);
    t.same(set.get(DeactivationDate), isCompromise ? undefined : now, name);
    t.same(set.get(CompromiseDate), isCompromise ? now : undefined, name);
    t.same(set.get(CompromiseOccurrenceDate), isCompromise ? at(-1000) : undefined, 'since the Initial Date');
    t.same(set.get(LastChangeDate), now);
  }
  const reason = { revocationReasonCode: RevocationReasonCode.KeyCompromise };
  t.same(revoked(key(State.Active), reason, at(-3), now).get(CompromiseOccurrenceDate), at(-3));
});

t.test('destruction sets the Destroy Date; what the table does not allow throws', async t => {
  const set = destroyed(key(State.Compromised), now);
  t.same([set.get(State), set.get(DestroyDate), set.get(LastChangeDate)], [State.DestroyedCompromised, now, now]);
  t.throws(() => destroyed(key(State.Active), now), TypeError);
  t.throws(() => activated(key(State.Active), now), TypeError);
  t.throws(() => revoked(key(State.PreActive), { revocationReasonCode: 1 }, undefined, now), TypeError);
});
