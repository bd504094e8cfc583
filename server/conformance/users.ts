import { Tag, type TtlvItem } from '../../kmip-codec/index.ts';
import { child, text } from './items.ts';
import type { TestCase } from './test-case.ts';
import { readWithVariables } from './variables.ts';

/** Somebody whom a case names in a Credential (1.4 §2.1.2). */
export interface User {
  /** The Username, or the serial number of a device. */
  readonly name: string;
  readonly isDevice: boolean;
  readonly password: string | undefined;
}

/** The user whom a request message names; undefined where it has no Credential. */
export function userOf(request: TtlvItem): User | undefined {
  const header = child(request, Tag.RequestHeader);
  const value = child(child(child(header, Tag.Authentication), Tag.Credential), Tag.CredentialValue);
  const username = text(child(value, Tag.Username));
  const name = username ?? text(child(value, Tag.DeviceSerialNumber));
  if (name === undefined) return undefined;
  return { name, isDevice: username === undefined, password: text(child(value, Tag.Password)) };
}

/** The users whom cases name, each once, in the order in which they come. */
export function usersOf(cases: readonly TestCase[]): User[] {
  const users = new Map<string, User>();
  for (const exchange of cases.flatMap(({ exchanges }) => exchanges)) {
    const user = userOf(readWithVariables(exchange.request).tree);
    if (user && !users.has(user.name)) users.set(user.name, user);
  }
  return [...users.values()];
}
