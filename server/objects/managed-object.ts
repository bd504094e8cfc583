import type { AttributeSet } from '../../kmip-codec/index.ts';
import { State } from '../../kmip-codec/index.ts';
import type { StoredObject } from '../store/index.ts';

/** The states of the life cycle by the specification's names (2.1 §4.57). */
export type ObjectStateName =
  'Pre-Active' | 'Active' | 'Deactivated' | 'Compromised' | 'Destroyed' | 'Destroyed Compromised';

/** A managed object as an operation sees it. Its material stays wrapped until `VaultObjects.open` is asked. */
export interface ManagedObject {
  readonly uniqueIdentifier: string;
  /** Object Type enumeration value. */
  readonly objectType: number;
  /** As they are now, time-driven changes of state included. Not to be changed in place: give a changed clone to `VaultObjects.update`. */
  readonly attributes: AttributeSet;
  /** undefined for objects without a life cycle. */
  readonly state: ObjectStateName | undefined;
  readonly isArchived: boolean;
  /** Whether there is material at all: not after Destroy. */
  readonly hasMaterial: boolean;
  readonly stored: StoredObject;
}

/** State by its name, from the attribute. */
export const stateOf = (attributes: AttributeSet): ObjectStateName | undefined => {
  const value = attributes.get(State);
  return value === undefined ? undefined : (State.names.name(value) as ObjectStateName);
};
