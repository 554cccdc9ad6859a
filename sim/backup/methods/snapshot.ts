/** Method `snapshot` over the host network (NBD): a frozen disk is read through the host's management network. */
import { type Method, USUAL } from './method.ts';

export const snapshot: Method = USUAL;
