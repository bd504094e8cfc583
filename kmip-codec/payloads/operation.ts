import * as registry from '../registry/index.ts';
import { enumeration } from '../schema/index.ts';

/** Open: an operation that no table names is answered with Operation Not Supported, not refused as a broken message. */
export const Operation = enumeration(registry.Operation, { isOpen: true });
