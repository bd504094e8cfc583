import t from 'tap';
import {
  Fresh,
  ObjectGroup,
  ObjectGroupMember,
  ObjectType,
  Operation,
  V1_1,
  V1_4,
  V2_0,
  V2_1,
  type RequestBatchItem,
  type ResponseOf,
} from '../../../kmip-codec/index.ts';
import { aes256, template } from '../operations/world.ts';
import { runServer } from '../running-server.ts';
import { ending, endings, getItem, identifierIn } from './messages.ts';

const { GroupMemberFresh, GroupMemberDefault } = ObjectGroupMember;
const group = 'drives of rack 7';

t.test(
  'fresh members of a group are handed out one by one, oldest first; the default is the next or the first (2.1 §6.1.28, 1.4 §4.9)',
  async t => {
    for (const version of [V1_1, V1_4, V2_0, V2_1]) {
      const server = await runServer(t, { now: new Date() });
      const client = await server.connect(await server.addClient('a'));
      const made: string[] = [];
      for (let i = 0; i < 2; i++) {
        const attributes = template(...aes256, [ObjectGroup, group]);
        const request = { objectType: ObjectType.SymmetricKey, attributes };
        made.push((await client.request(Operation.Create, request, { version })).uniqueIdentifier);
        server.clock.later(1);
      }
      const locate = (objectGroupMember: 1 | 2): RequestBatchItem => ({
        operation: Operation.Locate,
        requestPayload: { maximumItems: 1, objectGroupMember, attributes: [{ attribute: ObjectGroup, value: group }] },
      });
      const located = async (member: 1 | 2) => {
        const { batchItems } = await client.batch([locate(member)], { version });
        return (batchItems![0]!.responsePayload as ResponseOf<typeof Operation.Locate>).uniqueIdentifiers;
      };
      const isFresh = async (uniqueIdentifier: string) => {
        const request = { uniqueIdentifier, attributeNames: ['Fresh'] };
        const { attributes } = await client.request(Operation.GetAttributes, request, { version });
        return attributes?.find(({ attribute }) => attribute === Fresh)?.value;
      };
      for (const next of made) {
        t.same(await located(GroupMemberDefault), [next]);
        t.equal(await isFresh(next), true);
        const { batchItems } = await client.batch([locate(GroupMemberFresh), getItem()], { version });
        t.same(batchItems!.map(ending), ['Success', 'Success'], 'found and served in one batch');
        t.equal(identifierIn(batchItems![1]), next);
        t.equal(await isFresh(next), false, 'by which it is fresh no more');
      }
      t.same(await located(GroupMemberFresh), []);
      t.same(await located(GroupMemberDefault), [made[0]]);
      const without = { operation: Operation.Locate, requestPayload: { objectGroupMember: GroupMemberFresh } };
      t.same(endings(await client.batch([without], { version })), ['Invalid Field'], 'a member of no group');
    }
  },
);
