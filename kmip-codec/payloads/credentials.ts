import { AttributesItem, CryptographicAlgorithmItem, HashingAlgorithm, UniqueIdentifier } from '../attributes/index.ts';
import { Certificate } from '../objects/index.ts';
import * as registry from '../registry/index.ts';
import { Tag } from '../registry/index.ts';
import {
  byteString,
  chosenBy,
  dateTimeExtended,
  enumeration,
  integer,
  interval,
  optional,
  required,
  secret,
  structure,
  textString,
  type Item,
  type TypeOf,
} from '../schema/index.ts';
import { V1_1, V1_2, V2_0, V3_0 } from '../version.ts';

export const CredentialType = enumeration(registry.CredentialType);
export const AttestationType = enumeration(registry.AttestationType);
const password = secret(textString(Tag.Password));
const username = required(textString(Tag.Username));

/** Username and Password: 1.4 §2.1.2. */
export const UsernameAndPassword = structure(Tag.CredentialValue, { username, password: optional(password) });
export type UsernameAndPassword = TypeOf<typeof UsernameAndPassword>;

/** Device: 1.4 §2.1.2. */
export const DeviceCredentialValue = structure(
  Tag.CredentialValue,
  {
    deviceSerialNumber: optional(textString(Tag.DeviceSerialNumber)),
    password: optional(password),
    deviceIdentifier: optional(textString(Tag.DeviceIdentifier)),
    networkIdentifier: optional(textString(Tag.NetworkIdentifier)),
    machineIdentifier: optional(textString(Tag.MachineIdentifier)),
    mediaIdentifier: optional(textString(Tag.MediaIdentifier)),
  },
  { since: V1_1 },
);
export type DeviceCredentialValue = TypeOf<typeof DeviceCredentialValue>;

/** Nonce: 1.4 §2.1.14. */
export const Nonce = structure(
  Tag.Nonce,
  { nonceID: required(byteString(Tag.NonceID)), nonceValue: required(byteString(Tag.NonceValue)) },
  { since: V1_2 },
);
/** Attestation: 1.4 §2.1.2. */
export const AttestationCredential = structure(
  Tag.CredentialValue,
  {
    nonce: required(Nonce),
    attestationType: required(AttestationType),
    attestationMeasurement: optional(byteString(Tag.AttestationMeasurement)),
    attestationAssertion: optional(byteString(Tag.AttestationAssertion)),
  },
  { since: V1_2 },
);

/** One Time Password: 2.1 §9.11. */
export const OneTimePassword = structure(
  Tag.CredentialValue,
  { username, password: optional(password), oneTimePassword: required(secret(textString(Tag.OneTimePassword))) },
  { since: V2_0 },
);
/** Hashed Password: 2.1 §9.11. The hash is of time stamp, name and password together. */
export const HashedPassword = structure(
  Tag.CredentialValue,
  {
    username,
    /** Microseconds since 1970. */
    timeStamp: required(dateTimeExtended(Tag.TimeStamp)),
    hashingAlgorithm: optional(HashingAlgorithm),
    hashedPassword: required(secret(byteString(Tag.HashedPassword))),
  },
  { since: V2_0 },
);
export type HashedPassword = TypeOf<typeof HashedPassword>;

export const TicketType = enumeration(registry.TicketType);
/** Ticket: 2.1 §7.39. Who has it is let in. */
export const Ticket = structure(
  Tag.Ticket,
  { ticketType: required(TicketType), ticketValue: required(secret(byteString(Tag.TicketValue))) },
  { since: V2_0 },
);
/** Ticket as a credential: 2.1 §9.11. */
export const TicketCredential = structure(Tag.CredentialValue, { ticket: required(Ticket) }, { since: V2_0 });

/** Credential: 2.1 §9.11, 1.4 §2.1.2. */
export const Credential = structure(Tag.Credential, {
  credentialType: required(CredentialType),
  credentialValue: chosenBy<
    | UsernameAndPassword
    | DeviceCredentialValue
    | TypeOf<typeof AttestationCredential>
    | TypeOf<typeof OneTimePassword>
    | HashedPassword
    | TypeOf<typeof TicketCredential>
  >(
    'credentialType',
    new Map<number, Item<unknown>>([
      [CredentialType.UsernameAndPassword, UsernameAndPassword],
      [CredentialType.Device, DeviceCredentialValue],
      [CredentialType.Attestation, AttestationCredential],
      [CredentialType.OneTimePassword, OneTimePassword],
      [CredentialType.HashedPassword, HashedPassword],
      [CredentialType.Ticket, TicketCredential],
    ]),
  ),
});
export type Credential = TypeOf<typeof Credential>;

// The credentials of 3.0 are managed objects; their section numbers are not at hand.
const since3 = { since: V3_0 };
export const PasswordCredential = structure(
  Tag.PasswordCredential,
  {
    password: optional(password),
    passwordSalt: optional(secret(byteString(Tag.PasswordSalt))),
    passwordSaltAlgorithm: optional({ ...CryptographicAlgorithmItem, tag: Tag.PasswordSaltAlgorithm }),
    saltedPassword: optional(secret(byteString(Tag.SaltedPassword))),
    iterationCount: optional(integer(Tag.IterationCount)),
  },
  since3,
);
export const DeviceCredential = structure(
  Tag.DeviceCredential,
  {
    deviceSerialNumber: optional(textString(Tag.DeviceSerialNumber)),
    deviceIdentifier: optional(textString(Tag.DeviceIdentifier)),
    networkIdentifier: optional(textString(Tag.NetworkIdentifier)),
    machineIdentifier: optional(textString(Tag.MachineIdentifier)),
    mediaIdentifier: optional(textString(Tag.MediaIdentifier)),
  },
  since3,
);
export const HashedPasswordCredential = structure(
  Tag.HashedPasswordCredential,
  {
    hashingAlgorithm: optional(HashingAlgorithm),
    hashedUsernamePassword: required(secret(byteString(Tag.HashedUsernamePassword))),
    hashedPasswordUsername: required(secret(byteString(Tag.HashedPasswordUsername))),
  },
  since3,
);
export const OTPAlgorithm = enumeration(registry.OTPAlgorithm);
export const OTPCredential = structure(
  Tag.OTPCredential,
  {
    otpAlgorithm: required(OTPAlgorithm),
    otpDigest: optional({ ...CryptographicAlgorithmItem, tag: Tag.OTPDigest }),
    otpSerial: optional(textString(Tag.OTPSerial)),
    otpSeed: optional(secret(byteString(Tag.OTPSeed))),
    /** Seconds. */
    otpInterval: optional(interval(Tag.OTPInterval)),
    otpDigits: optional(integer(Tag.OTPDigits)),
  },
  since3,
);

/** Create Credential request payload, of 3.0. */
export const CreateCredentialRequest = structure(
  Tag.RequestPayload,
  {
    credentialType: required(CredentialType),
    attributes: required(AttributesItem),
    credential: chosenBy<object>(
      'credentialType',
      new Map<number, Item<unknown>>([
        [CredentialType.Password, PasswordCredential],
        [CredentialType.Device, DeviceCredential],
        [CredentialType.HashedPassword, HashedPasswordCredential],
        [CredentialType.OneTimePassword, OTPCredential],
        [CredentialType.Certificate, Certificate],
      ]),
    ),
  },
  since3,
);
/** Create User and Create Group request payload, of 3.0. */
export const CreateNamedRequest = structure(Tag.RequestPayload, { attributes: required(AttributesItem) }, since3);
/** Create Credential, Create User and Create Group response payload, of 3.0. */
export const CreateNamedResponse = structure(
  Tag.ResponsePayload,
  { uniqueIdentifier: required(UniqueIdentifier) },
  since3,
);
