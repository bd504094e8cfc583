import type { AttributeSet } from '../../kmip-codec/index.ts';
import {
  ActivationDate,
  CompromiseDate,
  CompromiseOccurrenceDate,
  DeactivationDate,
  DestroyDate,
  InitialDate,
  LastChangeDate,
  RevocationReason,
  RevocationReasonCode,
  State,
  type TypeOf,
} from '../../kmip-codec/index.ts';

/** What moves an object from one state to the next (1.4 §3.22). */
export type Trigger =
  'Activation Date reached' | 'Activate' | 'Deactivation Date reached' | 'Revoke' | 'Revoke as compromised' | 'Destroy';

/** Transitions 2 to 10 of 1.4 §3.22; the first is the object's coming into being. There are no others. */
export const transitions: readonly { readonly from: number; readonly trigger: Trigger; readonly to: number }[] = [
  { from: State.PreActive, trigger: 'Destroy', to: State.Destroyed },
  { from: State.PreActive, trigger: 'Revoke as compromised', to: State.Compromised },
  { from: State.PreActive, trigger: 'Activation Date reached', to: State.Active },
  { from: State.PreActive, trigger: 'Activate', to: State.Active },
  { from: State.Active, trigger: 'Revoke as compromised', to: State.Compromised },
  { from: State.Active, trigger: 'Deactivation Date reached', to: State.Deactivated },
  { from: State.Active, trigger: 'Revoke', to: State.Deactivated },
  { from: State.Deactivated, trigger: 'Destroy', to: State.Destroyed },
  { from: State.Deactivated, trigger: 'Revoke as compromised', to: State.Compromised },
  { from: State.Compromised, trigger: 'Destroy', to: State.DestroyedCompromised },
  { from: State.Destroyed, trigger: 'Revoke as compromised', to: State.DestroyedCompromised },
];

/** The state that the trigger leads to, or undefined when there is no such transition. */
export const stateAfter = (state: number | undefined, trigger: Trigger): number | undefined =>
  transitions.find(one => one.from === state && one.trigger === trigger)?.to;

/**
 * The attributes as they are at `now`: a Pre-Active object whose Activation Date has come is Active, an Active one whose
 * Deactivation Date has come is Deactivated (1.4 §3.22, transitions 4 and 6). Returns the same set when nothing changes.
 */
export function advance(attributes: AttributeSet, now: Date): AttributeSet {
  let set = attributes;
  for (const [trigger, attribute] of timed) {
    const to = stateAfter(set.get(State), trigger);
    const date = set.get(attribute);
    if (to === undefined || date === undefined || date > now) continue;
    // The change happened when the date came, not when somebody looked; but never before the last change known.
    const last = set.get(LastChangeDate);
    set = moved(set, to, last !== undefined && last > date ? last : date);
  }
  return set;
}

/** When a date among the attributes will next change the state; undefined when none will. */
export function nextTransitionAt(attributes: AttributeSet, now: Date): Date | undefined {
  for (const [trigger, attribute] of timed) {
    if (stateAfter(attributes.get(State), trigger) === undefined) continue;
    const date = attributes.get(attribute);
    return date !== undefined && date > now ? date : undefined;
  }
  return undefined;
}

/** In the order of the life cycle: an object can pass both at once. */
const timed = [
  ['Activation Date reached', ActivationDate],
  ['Deactivation Date reached', DeactivationDate],
] as const;

/** Active from now on (1.4 §4.19). Throws TypeError when the state does not allow it. */
export const activated = (attributes: AttributeSet, now: Date): AttributeSet =>
  // A Deactivation Date that has passed already takes effect at once.
  advance(moved(attributes, mustMove(attributes, 'Activate'), now).set(ActivationDate, now), now);

/** What a Revoke with this reason triggers (1.4 §3.22). */
export const triggerOf = (reason: TypeOf<typeof RevocationReason>): Trigger =>
  reason.revocationReasonCode === RevocationReasonCode.KeyCompromise ||
  reason.revocationReasonCode === RevocationReasonCode.CACompromise
    ? 'Revoke as compromised'
    : 'Revoke';

/**
 * Compromised or Deactivated from now on, by the reason (1.4 §4.20). Without an occurrence date a compromise is dated back to the
 * Initial Date (1.4 §3.29). Throws TypeError when the state does not allow it.
 */
export function revoked(
  attributes: AttributeSet,
  reason: TypeOf<typeof RevocationReason>,
  compromiseOccurrenceDate: Date | undefined,
  now: Date,
): AttributeSet {
  const trigger = triggerOf(reason);
  const set = movedIfItHasAState(attributes, trigger, now).set(RevocationReason, reason);
  if (trigger === 'Revoke') return set.has(State) ? set.set(DeactivationDate, now) : set;
  return set
    .set(CompromiseDate, now)
    .set(CompromiseOccurrenceDate, compromiseOccurrenceDate ?? attributes.get(InitialDate) ?? now);
}

/** Destroyed from now on (1.4 §4.21); the caller forgets the material. Throws TypeError when the state does not allow it. */
export const destroyed = (attributes: AttributeSet, now: Date): AttributeSet =>
  movedIfItHasAState(attributes, 'Destroy', now).set(DestroyDate, now);

/** Opaque Objects and Templates of 1.x have no State: what happens to them is told by its dates alone. */
const movedIfItHasAState = (attributes: AttributeSet, trigger: Trigger, now: Date): AttributeSet =>
  attributes.has(State)
    ? moved(attributes, mustMove(attributes, trigger), now)
    : attributes.clone().set(LastChangeDate, now);

/** A copy in the new state, changed at `at`. */
const moved = (attributes: AttributeSet, state: number, at: Date): AttributeSet =>
  attributes
    .clone()
    .set(State, state as 1)
    .set(LastChangeDate, at);

function mustMove(attributes: AttributeSet, trigger: Trigger): number {
  const state = attributes.get(State);
  const to = stateAfter(state, trigger);
  if (to === undefined) throw new TypeError(`no transition from state ${state} by ${trigger}`);
  return to;
}
