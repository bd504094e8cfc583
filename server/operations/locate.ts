import {
  Fresh,
  ObjectGroup,
  ObjectGroupMember,
  Operation,
  showVersion,
  StorageStatusMask,
  V2_0,
  type GivenAttribute,
  type LocateRequest,
} from '../../kmip-codec/index.ts';
import { isAttributeOf, searchCriteria, type SearchCriteria, type Wanted } from '../objects/index.ts';
import { LOCATED_MAX } from '../store/index.ts';
import { operation, type Context } from './operation.ts';
import { OperationFailure } from './results.ts';

/**
 * Locate: 2.1 §6.1.28, 1.4 §4.9. Newest first; the fresh members of a group oldest first, so that they are used up in the order in
 * which they were made. The ID Placeholder is set when one Unique Identifier is returned and emptied otherwise.
 */
export const locate = operation(Operation.Locate, {
  changes: false,
  async run(context, request) {
    checkAttributes(request.attributes ?? [], context);
    const page = pageOf(request, context);
    const { uniqueIdentifiers, located } = await found(request, page, context);
    context.idPlaceholder = uniqueIdentifiers.length === 1 ? uniqueIdentifiers[0] : undefined;
    return { locatedItems: locatedItems(request, located, uniqueIdentifiers.length), uniqueIdentifiers };
  },
});

/** Names that the version does not have are an Invalid Field (1.4 §11.10); custom attributes may have any name. */
function checkAttributes(given: readonly GivenAttribute[], { version }: Context): void {
  const dates = new Map<string, number>();
  for (const { attribute, value } of given) {
    const { attributeName } = attribute;
    if (!isAttributeOf(attributeName, version))
      throw invalid(`${JSON.stringify(attributeName)} is no attribute of KMIP ${showVersion(version)}`);
    if (value === undefined) throw invalid(`${attributeName}: Attribute Value is missing`);
    if (!(value instanceof Date)) continue;
    const times = (dates.get(attributeName) ?? 0) + 1;
    if (times > 2)
      throw new OperationFailure(
        'Invalid Attribute',
        `${attributeName} is given more than twice, two are the ends of a range`,
      );
    dates.set(attributeName, times);
  }
}

interface Page {
  readonly online: boolean;
  readonly archived: boolean;
  readonly wanted: Wanted;
  readonly offset: number;
  readonly limit: number;
}

function pageOf(request: LocateRequest, { server: { locateMax }, version }: Context): Page {
  const { maximumItems, offsetItems, storageStatusMask } = request;
  if (maximumItems !== undefined && maximumItems < 0) throw invalid(`Maximum Items is ${maximumItems}`);
  if (offsetItems !== undefined && offsetItems < 0) throw invalid(`Offset Items is ${offsetItems}`);
  const { OnLineStorage, ArchivalStorage, DestroyedStorage } = StorageStatusMask;
  const storage = storageStatusMask ?? OnLineStorage;
  const known = OnLineStorage | ArchivalStorage | (version < V2_0 ? 0 : DestroyedStorage);
  if ((storage & known) === 0 || (storage & ~known) !== 0)
    throw invalid(
      `Storage Status Mask has ${StorageStatusMask.names.showBits(storage).join(', ') || 'no bits'}, must be of ${StorageStatusMask.names.showBits(known).join(', ')}`,
    );
  const online = (storage & OnLineStorage) !== 0;
  const archived = (storage & ArchivalStorage) !== 0;
  // Before 2.0 the attributes that are asked for tell whether destroyed objects are meant.
  const destroyed = version < V2_0 ? undefined : (storage & DestroyedStorage) !== 0;
  return {
    // What was destroyed is in no archive.
    online: online || destroyed === true,
    archived,
    wanted: { destroyed, others: online ? 'all' : archived ? 'archived' : 'none' },
    offset: offsetItems ?? 0,
    limit: Math.min(maximumItems ?? locateMax, locateMax),
  };
}

interface Found {
  readonly uniqueIdentifiers: readonly string[];
  /** All that match; more than LOCATED_MAX when there are too many to count. */
  readonly located: number;
}

async function found(request: LocateRequest, page: Page, { objects }: Context): Promise<Found> {
  const { attributes = [], objectGroupMember: member } = request;
  const criteria = searchCriteria(attributes, page.wanted);
  if (member === undefined) return objects.search({ ...criteria, ...page });
  if (!attributes.some(({ attribute }) => attribute.attributeName === ObjectGroup.attributeName))
    throw invalid('Object Group Member is given without an Object Group');
  const fresh = { ...criteria, conditions: [...criteria.conditions, { name: Fresh.attributeName, equals: 1 }] };
  if (member === ObjectGroupMember.GroupMemberFresh) return oldestFirst(fresh, page);
  if (member !== ObjectGroupMember.GroupMemberDefault)
    throw invalid(`Object Group Member ${ObjectGroupMember.names.show(member)}`);
  // Our policy: the default is the member that was made first of those not yet served, or of all when every one was.
  const first = { ...page, offset: 0, limit: 1 };
  const next = await oldestFirst(fresh, first);
  const { uniqueIdentifiers } = next.located === 0 ? await oldestFirst(criteria, first) : next;
  return {
    uniqueIdentifiers: uniqueIdentifiers.slice(page.offset, page.offset + page.limit),
    located: uniqueIdentifiers.length,
  };

  /** The store lists newest first: the page from the other end, turned round. */
  async function oldestFirst(which: SearchCriteria, { offset, limit, online, archived }: Page): Promise<Found> {
    const { located } = await objects.search({ ...which, online, archived, offset: 0, limit: 0 });
    const count = Math.max(0, Math.min(limit, located - offset));
    const query = { ...which, online, archived, offset: located - offset - count, limit: count };
    const newestFirst = count === 0 ? [] : (await objects.search(query)).uniqueIdentifiers;
    return { uniqueIdentifiers: [...newestFirst].reverse(), located };
  }
}

/**
 * How many match in all, said where the answer may hold fewer and they were counted; nothing found is an empty payload. The codec leaves it out before 1.3.
 */
function locatedItems({ maximumItems, offsetItems }: LocateRequest, located: number, returned: number) {
  if (located === 0 || located > LOCATED_MAX) return undefined;
  return maximumItems !== undefined || offsetItems !== undefined || located > returned ? located : undefined;
}

const invalid = (message: string) => new OperationFailure('Invalid Field', message);
