import { DevalueCodec } from '../../../src/runtime/adapters/codec/devalue-codec';
import { NodePlatform } from '../../../src/runtime/adapters/node/node-platform';
import type { Continuation } from '../../../src/runtime/core/message/continuation';
import type { SentRequest } from '../../../src/testing';

interface SentEnvelope {
  readonly continuation: Continuation;
  readonly state: Readonly<Record<'json' | 'packed' | 'text', unknown>>;
}

/** The position that a continuation carries. */
export function readContinuation(request: SentRequest | undefined): Continuation {
  return open(request).continuation;
}

/** The state that a continuation carries. */
export function readState(request: SentRequest | undefined): Record<string, unknown> {
  const { json, packed, text } = open(request).state;
  const codec = new DevalueCodec();
  if (json !== undefined) return codec.decode(JSON.stringify(json));
  return codec.decode(typeof packed === 'string' ? new NodePlatform().unpack(packed) : String(text));
}

function open(request: SentRequest | undefined): SentEnvelope {
  if (request === undefined) throw new Error('No continuation was sent.');
  return JSON.parse(request.body).lambdaBaton;
}
