import { UniqueIdentifier } from '../attributes/index.ts';
import { Certificate, CertificateRequest } from '../objects/index.ts';
import * as registry from '../registry/index.ts';
import { Tag } from '../registry/index.ts';
import { byteString, enumeration, optional, required, secret, structure, textString } from '../schema/index.ts';
import { V2_0, V2_1 } from '../version.ts';

const since2 = { since: V2_0 };
/** An answer without a field, of operations since 2.0. */
export const EmptyResponse = structure(Tag.ResponsePayload, {}, since2);

/** Log request payload: 2.1 §6.1.29. */
export const LogRequest = structure(Tag.RequestPayload, { logMessage: required(textString(Tag.LogMessage)) }, since2);

export const InteropFunction = enumeration(registry.InteropFunction);
/** Interop request payload: 2.1 §6.1.26. */
export const InteropRequest = structure(
  Tag.RequestPayload,
  { interopFunction: required(InteropFunction), interopIdentifier: required(textString(Tag.InteropIdentifier)) },
  since2,
);

/** Ping, request and response: 2.1 §6.1.36. */
export const PingRequest = structure(Tag.RequestPayload, {}, { since: V2_1 });
export const PingResponse = structure(Tag.ResponsePayload, {}, { since: V2_1 });

export const EndpointRole = enumeration(registry.EndpointRole);
/** Set Endpoint Role, request and response: 2.1 §6.1.54. */
export const SetEndpointRoleRequest = structure(Tag.RequestPayload, { endpointRole: required(EndpointRole) }, since2);
export const SetEndpointRoleResponse = structure(Tag.ResponsePayload, { endpointRole: required(EndpointRole) }, since2);

const PKCS11Interface = textString(Tag.PKCS_11Interface);
/** Open: a function or return code of a vendor or of a later PKCS#11 is read and answered for by the operation. */
export const PKCS11Function = enumeration(registry.PKCS11Function, { isOpen: true });
export const PKCS11ReturnCode = enumeration(registry.PKCS11ReturnCode, { isOpen: true });
/** PKCS#11 request payload: 2.1 §6.1.37. Parameters may hold PINs and keys. */
export const PKCS11Request = structure(
  Tag.RequestPayload,
  {
    pkcs11Interface: optional(PKCS11Interface),
    pkcs11Function: required(PKCS11Function),
    correlationValue: optional(byteString(Tag.CorrelationValue)),
    pkcs11InputParameters: optional(secret(byteString(Tag.PKCS_11InputParameters))),
  },
  since2,
);
/** PKCS#11 response payload: 2.1 §6.1.37. */
export const PKCS11Response = structure(
  Tag.ResponsePayload,
  {
    pkcs11Interface: optional(PKCS11Interface),
    pkcs11Function: required(PKCS11Function),
    correlationValue: optional(byteString(Tag.CorrelationValue)),
    pkcs11OutputParameters: optional(secret(byteString(Tag.PKCS_11OutputParameters))),
    pkcs11ReturnCode: required(PKCS11ReturnCode),
  },
  since2,
);

/** Re-Provision, request and response: 2.1 §6.1.48. */
export const ReProvisionRequest = structure(
  Tag.RequestPayload,
  { certificateRequest: optional(CertificateRequest), certificate: optional(Certificate) },
  since2,
);
export const ReProvisionResponse = structure(
  Tag.ResponsePayload,
  { uniqueIdentifier: optional(UniqueIdentifier) },
  since2,
);
