import { ActivationDate, DeactivationDate, LastChangeDate, State, type AttributeSet } from '../../kmip-codec/index.ts';

/**
 * The attributes as they are at `now`: a Pre-Active object whose Activation Date has come is Active, an Active one whose
 * Deactivation Date has come is Deactivated (1.4 §3.22, transitions 4 and 6). Returns the same set when nothing changes.
 */
export function advance(attributes: AttributeSet, now: Date): AttributeSet {
  let set = attributes;
  const activation = set.get(ActivationDate);
  if (set.get(State) === State.PreActive && activation !== undefined && activation <= now) {
    set = set.clone().set(State, State.Active).set(LastChangeDate, activation);
  }
  const deactivation = set.get(DeactivationDate);
  if (set.get(State) === State.Active && deactivation !== undefined && deactivation <= now) {
    set = set.clone().set(State, State.Deactivated).set(LastChangeDate, deactivation);
  }
  return set;
}

/** When a date among the attributes will next change the state; undefined when none will. */
export function nextTransitionAt(attributes: AttributeSet, now: Date): Date | undefined {
  const state = attributes.get(State);
  const date =
    state === State.PreActive
      ? attributes.get(ActivationDate)
      : state === State.Active
        ? attributes.get(DeactivationDate)
        : undefined;
  return date !== undefined && date > now ? date : undefined;
}
