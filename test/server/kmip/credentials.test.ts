import t from 'tap';
import {
  AttestationType,
  BatchErrorContinuationOption,
  CredentialType,
  Operation,
  TicketType,
  UsageLimitsUnit,
  V1_0,
  V1_1,
  V1_2,
  V1_4,
  V2_0,
  V2_1,
  type Credential,
  type ResponseOf,
  type Version,
} from '../../../kmip-codec/index.ts';
import { runServer, type KmipClient } from '../running-server.ts';
import { createItem, ending, endings, getItem, NOBODYS } from './messages.ts';

const PASSWORD = 'correct horse battery';
const credential = (credentialType: number, credentialValue: object): Credential =>
  ({ credentialType, credentialValue }) as Credential;
const { UsernameAndPassword, Device, Attestation, OneTimePassword, HashedPassword, Ticket } = CredentialType;
const password = (text = PASSWORD) => credential(UsernameAndPassword, { username: 'vc', password: text });
const device = credential(Device, { deviceSerialNumber: 'drive-1', password: PASSWORD });
const oneTime = credential(OneTimePassword, { username: 'vc', password: PASSWORD, oneTimePassword: '123456' });
const hashed = credential(HashedPassword, {
  username: 'vc',
  timeStamp: 1_700_000_000_000_000n,
  hashedPassword: Buffer.from(PASSWORD),
});
const attestation = credential(Attestation, {
  nonce: { nonceID: Buffer.from('id'), nonceValue: Buffer.from('value') },
  attestationType: AttestationType.TPMQuote,
  attestationMeasurement: Buffer.from('measured'),
});
type TicketValue = ResponseOf<typeof Operation.Login>['ticket'];
const holding = (ticket: TicketValue) => credential(Ticket, { ticket });

const create = async (client: KmipClient, version: Version, ...credentials: Credential[]): Promise<string> => {
  const header = { authentication: { credentials } };
  return endings(await client.batch([createItem()], { version, header })).join();
};

t.test(
  'a client without a password may name itself as it likes, its certificate has said who it is (1.4 §6.6)',
  async t => {
    const server = await runServer(t);
    const identity = await server.addClient('plain');
    for (const [version, ...credentials] of [
      [V1_0, password()],
      [V1_1, password(), device],
      [V1_4, device],
      [V2_0, oneTime, hashed],
      [V2_1, password('another'), device, oneTime, hashed],
    ] as const) {
      const client = await server.connect(identity);
      for (const one of credentials) t.equal(await create(client, version, one), 'Success');
      t.equal(await create(client, version, ...credentials), 'Success');
    }
  },
);

t.test('a client with a password must give it, another kind of credential is none (2.1 §9.11, 1.4 §2.1.2)', async t => {
  const server = await runServer(t);
  const strict = await server.addClient('strict', { username: 'vc', password: PASSWORD });
  for (const [version, ...credentials] of [
    [V1_0, password('wrong')],
    [V1_1, device],
    [V1_4, device],
    [V2_0, oneTime, hashed],
    [V2_1, device, oneTime, hashed],
  ] as const) {
    t.equal(await create(await server.connect(strict), version), 'Authentication Not Successful');
    for (const one of credentials)
      t.equal(await create(await server.connect(strict), version, one), 'Authentication Not Successful');
    const both = await create(await server.connect(strict), version, ...credentials.slice(1), password());
    t.equal(both, 'Success', 'beside others it is enough');
  }
});

t.test('an attestation cannot be true, since no nonce was given (1.4 §11.1)', async t => {
  const server = await runServer(t);
  const plain = await server.addClient('plain');
  for (const version of [V1_2, V1_4, V2_0, V2_1])
    t.equal(await create(await server.connect(plain), version, attestation), 'Attestation Failed');
});

t.test('Login gives a ticket in place of the password, until Logout (2.1 §6.1.30, §6.1.31)', async t => {
  const server = await runServer(t);
  const strict = await server.addClient('strict', { username: 'vc', password: PASSWORD });
  const other = await server.connect(await server.addClient('other'));
  for (const version of [V2_0, V2_1]) {
    const client = await server.connect(strict);
    const header = { authentication: { credentials: [password()] } };
    const { ticket } = await client.request(Operation.Login, {}, { version, header });
    t.equal(ticket.ticketType, TicketType.Login);
    t.equal(ticket.ticketValue.length, 32);
    t.equal(await create(client, version, holding(ticket)), 'Success');
    t.equal(await create(await server.connect(strict), version, holding(ticket)), 'Success', 'on any connection');
    t.equal(ending(await other.item(Operation.Logout, { ticket }, { version })), 'Invalid Ticket', 'of nobody else');

    const holder = { version, header: { authentication: { credentials: [holding(ticket)] } } };
    const logout = { operation: Operation.Logout, requestPayload: { ticket } };
    const undo = { ...holder.header, batchErrorContinuationOption: BatchErrorContinuationOption.Undo };
    const undone = endings(await client.batch([logout, getItem(NOBODYS)], { version, header: undo }));
    t.same(undone, ['Operation Undone', 'Object Not Found'], 'what is undone has ended nothing');
    t.equal(ending(await client.item(Operation.Logout, { ticket }, holder)), 'Success');
    t.equal(await create(client, version, holding(ticket)), 'Invalid Ticket');
  }
});

t.test('a ticket is good for as many requests and as long as was asked, and no longer (2.1 §6.1.30)', async t => {
  const server = await runServer(t, { now: new Date() });
  const identity = await server.addClient('plain');
  const version = V2_1;
  const login = async (request: object) =>
    (await (await server.connect(identity)).request(Operation.Login, request, { version })).ticket;
  const use = async (ticket: TicketValue) => create(await server.connect(identity), version, holding(ticket));
  const twice = await login({ requestCount: 2 });
  t.same([await use(twice), await use(twice), await use(twice)], ['Success', 'Success', 'Invalid Ticket']);
  const short = await login({ leaseTime: 60 });
  server.clock.later(59);
  t.equal(await use(short), 'Success');
  server.clock.later(1);
  t.equal(await use(short), 'Invalid Ticket');
  t.equal(await use({ ...short, ticketValue: Buffer.alloc(32) }), 'Invalid Ticket');

  const client = await server.connect(identity);
  const outcome = async (request: object) => ending(await client.item(Operation.Login, request, { version }));
  for (const request of [{ leaseTime: 0 }, { leaseTime: 86_401 }, { requestCount: 0 }])
    t.equal(await outcome(request), 'Invalid Field', JSON.stringify(request));
  const usageLimits = { usageLimitsTotal: 1n, usageLimitsCount: 1n, usageLimitsUnit: UsageLimitsUnit.Byte };
  t.equal(await outcome({ usageLimits }), 'Feature Not Supported');
});

t.test('a client has no more tickets than its share', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('plain'));
  const items = Array.from({ length: 101 }, () => ({ operation: Operation.Login, requestPayload: {} }));
  const outcomes = endings(await client.batch(items, { version: V2_1 }));
  t.same([outcomes[99], outcomes[100]], ['Success', 'Permission Denied']);
});

t.test('no credential stands in an event or in the log', async t => {
  const server = await runServer(t);
  const strict = await server.addClient('strict', { username: 'vc', password: PASSWORD });
  const client = await server.connect(strict);
  const header = { authentication: { credentials: [password(), device, oneTime, hashed] } };
  const { ticket } = await client.request(Operation.Login, {}, { version: V2_1, header });
  await create(client, V2_1, holding(ticket), password(), oneTime);
  await create(await server.connect(strict), V2_1, oneTime);
  const said = JSON.stringify([await server.events(), server.logged]);
  const value = Buffer.from(ticket.ticketValue);
  for (const secret of [PASSWORD, '123456', value.toString('hex'), value.toString('base64')])
    t.notOk(said.includes(secret));
  t.match(said, /Authentication Not Successful/i, 'what was refused is there');
});
