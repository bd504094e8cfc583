import { LastChangeDate, Link, type LinkType, type TypeOf } from '../../kmip-codec/index.ts';
import type { Context } from './operation.ts';

/** Adds to an object of the vault a Link to another one (1.4 §3.35): a change of the object, so its Last Change Date is now. */
export async function addLink(
  { objects, now }: Context,
  uniqueIdentifier: string,
  linkType: TypeOf<typeof LinkType>,
  linkedObjectIdentifier: string,
): Promise<void> {
  const object = (await objects.find(uniqueIdentifier))!;
  objects.update(
    object,
    object.attributes.clone().set(LastChangeDate, now).add(Link, { linkType, linkedObjectIdentifier }),
  );
}
