/** Which service the events speak for: the parts of its CRN and its name in messages. All are settings. */
export interface ServiceIdentity {
  /** How messages begin; without colon. */
  readonly serviceName: string;
  /** The service instance: `instanceID` and the CRN's service-instance. */
  readonly instanceId: string;
  /** CRN: cloud instance. */
  readonly cname: string;
  /** CRN: public, dedicated, local or staging. */
  readonly ctype: string;
  /** CRN: service name. */
  readonly serviceCrnName: string;
  /** CRN: location; may be empty. */
  readonly region: string;
  /** CRN: scope, `a/<account>`, `o/<organization>`, `s/<space>` or empty. */
  readonly scope: string;
  /** Whether there are events of the six actions that the events page does not name. */
  readonly extensions: boolean;
}

/** The events page's words. An operator sets instance and scope. */
export const defaultServiceIdentity: ServiceIdentity = {
  serviceName: 'Hyper Protect Crypto Services',
  instanceId: '00000000-0000-4000-8000-000000000001',
  cname: 'bluemix',
  ctype: 'public',
  serviceCrnName: 'hs-crypto',
  region: 'us-south',
  scope: 'a/00000000000000000000000000000000',
  extensions: true,
};

const FORMS: Readonly<Record<Exclude<keyof ServiceIdentity, 'extensions'>, RegExp>> = {
  serviceName: /^[^:\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{4,128}$/u,
  instanceId: /^[A-Za-z0-9-]{1,128}$/,
  cname: /^[a-z0-9-]{1,64}$/,
  ctype: /^(public|dedicated|local|staging)$/,
  serviceCrnName: /^[a-z0-9.-]{1,64}$/,
  region: /^[a-z0-9-]{0,64}$/,
  scope: /^([aos]\/[A-Za-z0-9-]{1,128})?$/,
};

/** The defaults with some parts replaced. Throws a TypeError that names the part which would not make a valid event. */
export function serviceIdentity(parts: Partial<ServiceIdentity> = {}): ServiceIdentity {
  const identity = { ...defaultServiceIdentity, ...parts };
  for (const [part, form] of Object.entries(FORMS) as [keyof typeof FORMS, RegExp][]) {
    if (!form.test(identity[part])) throw new TypeError(`${part} is "${identity[part]}", must match ${form.source}`);
  }
  return identity;
}

/** CRN of the service instance, up to and including the colon before the resource type. */
export function crnPrefix(service: ServiceIdentity): string {
  const { cname, ctype, serviceCrnName, region, scope, instanceId } = service;
  return `crn:v1:${cname}:${ctype}:${serviceCrnName}:${region}:${scope}:${instanceId}:`;
}
