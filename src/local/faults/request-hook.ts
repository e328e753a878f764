import type { ApiRequest } from './api-request';
import type { RequestFault } from './request-fault';

/**
 * Called with every API request before it takes effect. Answers the fault for this request, or nothing.
 * Where it answers nothing, the probabilities of the options decide.
 *
 * @example
 * onRequest: ({ operation, count }) => (operation === 'Invoke' && count === 2 ? { kind: 'lost-reply', when: 'after' } : undefined)
 */
export type RequestHook = (
  request: ApiRequest,
) => RequestFault | undefined | Promise<RequestFault | undefined>;
