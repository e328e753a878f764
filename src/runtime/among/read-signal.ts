import { BatonError, UnserializableStateError } from '../../errors';
import { isSignalName } from '../core/execution/directives';
import { isUsableId, usableId } from '../core/message/arrival';
import { isSignalId, maxPayloadBytes, readSignalToken } from '../core/record/signal-fact';
import { copyJson } from '../core/state/copy-json';
import type { Seal } from '../core/state/seal';
import { type SentSignal, wrongSignalError } from './inbox';

/** A signal as somebody has asked for it to be sent: named, or by a token. */
export interface AskedSignal {
  readonly executionId?: unknown;
  readonly name?: unknown;
  readonly token?: unknown;
  readonly payload?: unknown;
  readonly signalId?: unknown;
}

/** What checking a signal needs. */
export interface SignalRules {
  readonly seal: Seal;
  readonly countBytes: (text: string) => number;
  /** The signal's id when it says none. */
  readonly fallbackId: string;
  readonly writer: string;
}

/**
 * Checks a signal before anything of it is kept.
 *
 * @throws InvalidInputError that says what is wrong: the id, the name, the token, the payload or its size.
 */
export function readAskedSignal(asked: AskedSignal, rules: SignalRules): SentSignal {
  const names = asked.token === undefined ? readNames(asked, rules) : readToken(asked, rules);
  return { ...names, payloadText: writePayload(asked.payload, rules), writer: rules.writer };
}

function readNames({ executionId, name, signalId }: AskedSignal, { fallbackId }: SignalRules) {
  if (!isUsableId(executionId))
    throw wrongSignalError(
      `The signal is for no execution: its executionId is not ${usableId}.`,
      'Say the executionId and the name, or give a token.',
      'executionId',
    );
  if (!isSignalName(name))
    throw wrongSignalError(
      `The signal for execution ${executionId} has a name that none can have.`,
      'Name it by 1 to 64 letters, digits, dots, underscores, colons or hyphens.',
      'name',
    );
  if (signalId !== undefined && !isSignalId(signalId))
    throw wrongSignalError(
      `The signalId of signal ${name} is not a text of 1 to 256 characters.`,
      'Name the occasion, such as an order number, or leave it out.',
      'signalId',
    );
  return { executionId, name, signalId: signalId ?? fallbackId };
}

/** The token names everything: beside it nothing else does. */
function readToken({ token, executionId, name, signalId }: AskedSignal, { seal }: SignalRules) {
  const read = readSignalToken(token);
  const isTrue = read !== undefined && seal.isSealOf(read.text, read.seal);
  const isAlone = executionId === undefined && name === undefined && signalId === undefined;
  const isUsable = isTrue && isUsableId(read.names.executionId) && isSignalName(read.names.name);
  if (isUsable && isAlone) return read.names;
  throw wrongSignalError(
    isUsable
      ? 'The signal has a token and says beside it what it is for.'
      : 'The token of the signal is none that this function or client has sealed.',
    isUsable
      ? 'Give the token and the payload alone.'
      : 'Give the text of ctx.signalToken as it was; a client needs the same signingKey as the function.',
    'token',
  );
}

function writePayload(payload: unknown, { countBytes }: SignalRules): string {
  const text = JSON.stringify(copyPayload(payload)) ?? '';
  if (countBytes(text) <= maxPayloadBytes) return text;
  throw wrongSignalError(
    `The payload of the signal is ${countBytes(text)} bytes, and the largest is ${maxPayloadBytes}.`,
    'Keep large data somewhere else and a key to it in the payload.',
    'payload',
  );
}

function copyPayload(payload: unknown): unknown {
  try {
    return copyJson('payload', payload);
  } catch (error) {
    const isRefused = BatonError.is(error) && error instanceof UnserializableStateError;
    const [reason = '', fix = ''] = isRefused ? error.message.split('\n→ ') : [];
    throw wrongSignalError(
      `The payload of the signal is no JSON${isRefused ? `: ${reason}` : '.'}`,
      fix || 'Give it plain data.',
      isRefused ? `${error.details.path} is no JSON` : 'payload',
    );
  }
}
