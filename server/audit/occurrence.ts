import type { AdministrativeActionName, OperationName, Severity } from './actions.ts';
import type { Cause } from './causes.ts';
import type { PlainObject } from './plain.ts';

/** How it ended. On failure everything is told as the auditor may know it, which can be more than the client was told. */
export type Outcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly cause: Cause;
      /** Result Reason that the client was given; none where there was no answer. */
      readonly resultReason?: string;
      /** The one that says what was really wrong, for the message, where the client was given another. */
      readonly realReason?: string;
      /** Where it is not Operation Failed. */
      readonly resultStatus?: 'Operation Undone';
      /** What was wrong, for the message; without full stop. */
      readonly detail: string;
      /** Cause and remedy, in a sentence. */
      readonly reasonForFailure: string;
    };

/** What was done through KMIP: one batch item, one refused message or one refused connection. */
export interface Occurrence {
  /** UUID of the event, lower-case. */
  readonly id: string;
  readonly time: Date;
  /** XML name; `undefined` where a message or connection was refused before its operation was known. */
  readonly operation: OperationName | undefined;
  /** Protocol version as `1.4`; `undefined` where none could be read. */
  readonly version: string | undefined;
  /** `CertificateID-<SHA-256>`, or `CertificateID-none` where no certificate was presented. `name`: the administrator's label. */
  readonly initiator: { readonly id: string; readonly name?: string };
  readonly outcome: Outcome;
  /** Name of the initiator's vault, where it has one. */
  readonly vault?: string;
  /** Unique Identifier of the object: as asked for, or as made. */
  readonly uniqueIdentifier?: string;
  /** The target's name where it is not its Unique Identifier. */
  readonly targetName?: string;
  /** Position in the message, from 1, and how many there are. */
  readonly batchItem?: number;
  readonly batchCount?: number;
  /** From `describe.ts`; redacted and cut here. `resultMessage` in responseData is what the client was told. */
  readonly requestData: PlainObject;
  readonly responseData: PlainObject;
  /** One for all events of a request message. */
  readonly correlationId: string;
}

/** What an administrator did, or the server by itself. */
export interface AdministrativeOccurrence {
  readonly id: string;
  readonly time: Date;
  readonly action: AdministrativeActionName;
  /** An administrator, the operating system user who owns the data folder, the service (`serviceid`), or a client (`certificateid`). */
  readonly initiator: {
    readonly id: string;
    readonly name?: string;
    /** A user unless said. */
    readonly typeURI?:
      'service/security/account/user' | 'service/security/account/serviceid' | 'service/security/client/certificateid';
  };
  readonly outcome: Outcome;
  /** Resource in the target's CRN and its name; both empty for a listing. */
  readonly target: { readonly id: string; readonly name: string };
  /** The command without its arguments, such as `client add`; it makes the requestURI unless `requestUri` does. */
  readonly command?: string;
  /** Relative, without host, such as `/admin/client/add`. */
  readonly requestUri?: string;
  /** Of a success, where it is not the action's. */
  readonly severity?: Severity;
  /** True if it changes the key's state to Destroyed: then managed-keys.write is critical. */
  readonly destroysKey?: boolean;
  readonly requestData: PlainObject;
  readonly responseData: PlainObject;
  readonly correlationId: string;
}
