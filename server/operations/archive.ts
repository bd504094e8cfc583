import { ArchiveDate, LastChangeDate, Operation } from '../../kmip-codec/index.ts';
import { onObject } from './operation.ts';

/** An object of these has something to be put away. */
const states = ['Pre-Active', 'Active', 'Deactivated', 'Compromised'] as const;

/** Archive: 2.1 §6.1.4, 1.4 §4.22. From now on: the object answers Object Archived until it is recovered. */
export const archive = onObject(Operation.Archive, {
  changes: true,
  needs: { states },
  async run({ object, objects, now }) {
    objects.archive(object, object.attributes.clone().set(ArchiveDate, now).set(LastChangeDate, now));
    return { uniqueIdentifier: object.uniqueIdentifier };
  },
});

/** Recover: 2.1 §6.1.42, 1.4 §4.23. At once; an object that is not archived stays as it is. */
export const recover = onObject(Operation.Recover, {
  changes: true,
  needs: { states, archived: true },
  async run({ object, objects, now }) {
    const { uniqueIdentifier, isArchived } = object;
    if (isArchived) {
      const attributes = object.attributes.clone().set(LastChangeDate, now);
      attributes.remove(ArchiveDate);
      objects.recover(object, attributes);
    }
    return { uniqueIdentifier };
  },
});
