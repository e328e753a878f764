import { reservedPrefix } from '../message/arrival';
import type { Checksum } from '../state/seal';
import { parseRecord } from './execution-record';

/** The most signals of an execution that nobody has taken yet. */
export const maxUnhandled = 1_000;
/** The largest payload of a signal, in UTF-8 bytes of its JSON. */
export const maxPayloadBytes = 262_144;

/** A signal as the store keeps it, beside its payload. It is found by the signal's id. */
export interface SignalFact {
  readonly executionId: string;
  readonly signalId: string;
  readonly name: string;
  /** When it was sent, in epoch milliseconds. */
  readonly atMs: number;
  /** Who wrote it: tells a write whose reply was lost from another one's. */
  readonly writer: string;
  /** Its place in the inbox; null until it has one. */
  readonly slot: number | null;
}

/** One place of an inbox, which refers to a signal. */
export interface InboxEntry {
  readonly signalId: string;
  readonly writer: string;
}

type Digest = (text: string) => string;

/** The id under which the store keeps a signal. No execution has it. */
export function nameSignal(executionId: string, signalId: string, digest: Digest): string {
  return `${reservedPrefix}signal:${digest(JSON.stringify([executionId, signalId]))}`;
}

/** The id under which the store keeps a place of an execution's inbox. No execution has it. */
export function nameInboxSlot(executionId: string, slot: number, digest: Digest): string {
  return `${reservedPrefix}inbox:${digest(executionId)}:${slot}`;
}

/** Writes a fact as text behind its checksum. */
export function writeFact(fact: InboxEntry | SignalFact, checksum: Checksum): string {
  const text = JSON.stringify({ v: 1, ...fact });
  return `${checksum(text)} ${text}`;
}

/** Reads what {@link writeFact} wrote. @throws CorruptContinuationError when it is damaged */
export function readFact<Fact extends InboxEntry | SignalFact>(head: string, checksum: Checksum): Fact {
  return parseRecord(head, checksum) as unknown as Fact;
}

/** The text of a token: what it names, and the seal that shows that it was not made up, where there is a key. */
export function writeSignalToken(
  executionId: string,
  name: string,
  signalId: string,
  seal: (text: string) => string,
): string {
  const text = JSON.stringify([1, executionId, name, signalId]);
  return `${toBase64Url(text)}.${seal(text)}`;
}

/** What a token names; undefined when it is none. Whether its seal is right is for whoever has the key. */
export function readSignalToken(
  token: unknown,
): { readonly text: string; readonly seal: string; readonly names: SignalNames } | undefined {
  if (typeof token !== 'string') return undefined;
  const at = token.indexOf('.');
  try {
    const text = fromBase64Url(token.slice(0, at));
    const [version, executionId, name, signalId] = JSON.parse(text) as unknown[];
    const isWhole = [executionId, name, signalId].every((part) => typeof part === 'string');
    return version === 1 && isWhole
      ? { text, seal: token.slice(at + 1), names: { executionId, name, signalId } as SignalNames }
      : undefined;
  } catch {
    return undefined;
  }
}

/** What a token stands for. */
export interface SignalNames {
  readonly executionId: string;
  readonly name: string;
  readonly signalId: string;
}

function toBase64Url(text: string): string {
  const binary = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): string {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder('utf-8', { fatal: true }).decode(
    Uint8Array.from(binary, (character) => character.charCodeAt(0)),
  );
}

/** Says whether a value can be the id of a signal. */
export function isSignalId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 256;
}
