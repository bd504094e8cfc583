import { createPublicKey, type KeyObject } from 'node:crypto';
import { CertificateError, checkRequest, parseCsr, type CertificateRequest } from '../../certs/index.ts';
import {
  CertificateRequestType,
  ObjectType,
  V1_1,
  type RequestOf,
  type Operation,
  type Version,
} from '../../kmip-codec/index.ts';
import type { ManagedObject } from '../objects/index.ts';
import type { Context } from './operation.ts';
import { OperationFailure } from './results.ts';

type Given = Pick<RequestOf<typeof Operation.Certify>, 'certificateRequestType' | 'certificateRequestValue'>;

/**
 * The certificate request that a client gives, signed by the key that is in it; undefined where it gives none, as it may since 1.1. With
 * `key` it must be about this one. Throws OperationFailure.
 */
export async function requestIn(
  { certificateRequestType, certificateRequestValue }: Given,
  version: Version,
  key?: KeyObject,
): Promise<CertificateRequest | undefined> {
  if (certificateRequestType === undefined && certificateRequestValue === undefined && version >= V1_1)
    return undefined;
  if (certificateRequestType === undefined || certificateRequestValue === undefined)
    throw new OperationFailure('Invalid Field', 'Certificate Request and Certificate Request Type belong together');
  return readRequest(certificateRequestType, certificateRequestValue, key);
}

/** The certificate request that the server has; with `key` it must be about this one. Throws OperationFailure. */
export async function requestOf(
  { objects }: Context,
  object: ManagedObject,
  key?: KeyObject,
): Promise<CertificateRequest> {
  const value = objects.open(object);
  if (object.objectType !== ObjectType.CertificateRequest)
    throw new OperationFailure(
      'Invalid Object Type',
      `a ${ObjectType.names.show(object.objectType)} cannot be certified, only a Public Key or a Certificate Request can`,
      { before2: 'Permission Denied' },
    );
  if (value === undefined || !('certificateRequestValue' in value))
    throw new OperationFailure('Permission Denied', 'the Certificate Request is destroyed');
  return readRequest(value.certificateRequestType, value.certificateRequestValue, key);
}

/** The key that the request is about. */
export const publicKeyOf = ({ publicKeyDer }: CertificateRequest): KeyObject =>
  createPublicKey({ key: Buffer.from(publicKeyDer), format: 'der', type: 'spki' });

async function readRequest(type: number, value: Uint8Array, key: KeyObject | undefined): Promise<CertificateRequest> {
  const isText = value[0] === BEGIN;
  if (type !== CertificateRequestType.PKCS_10 && type !== CertificateRequestType.PEM)
    throw new OperationFailure(
      'Feature Not Supported',
      `Certificate Request Type ${CertificateRequestType.names.show(type)} is not supported`,
    );
  if (isText !== (type === CertificateRequestType.PEM))
    throw invalidRequest('the certificate request is not of the Certificate Request Type');
  try {
    const request = parseCsr(value);
    await checkRequest(request);
    if (key !== undefined && !publicKeyOf(request).equals(key))
      throw invalidRequest('the certificate request is about another key');
    return request;
  } catch (error) {
    if (error instanceof CertificateError) throw invalidRequest(`the certificate request: ${error.message}`);
    throw error;
  }
}

/** With which PEM begins; DER begins otherwise. */
const BEGIN = '-'.charCodeAt(0);

const invalidRequest = (message: string) => new OperationFailure('Invalid CSR', message, { before2: 'Invalid Field' });
