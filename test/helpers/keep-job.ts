import { CHECKPOINT_STORE, createHandler } from '../../src';
import { DevalueCodec } from '../../src/runtime/adapters/codec/devalue-codec';
import { NodePlatform } from '../../src/runtime/adapters/node/node-platform';
import { parseRecord } from '../../src/runtime/core/record/execution-record';
import { FaultyStore, RecordingSender } from '../../src/testing';
import { callHandler, nameStart } from './call-handler';
import { type VirtualWorld, virtualWorld } from './virtual-world';

/** What a handler answers, as far as these tests look. */
interface Answer {
  readonly status: string;
  readonly result?: unknown;
}

/** One execution of a job on virtual time, kept in a store that can fail. */
export function keepJob(define: (world: VirtualWorld) => Parameters<typeof createHandler>[0]) {
  const store = new FaultyStore();
  const sender = new RecordingSender();
  const world = virtualWorld({ senders: [sender] });
  const handler = createHandler(define(world), {
    providers: [...world.providers, { token: CHECKPOINT_STORE, useValue: store }],
  });

  /** Calls the handler; virtual time passes until it has answered. */
  const call = (remainingMs = 60_000, event: unknown = {}, awsRequestId = 'execution-1') =>
    callHandler(handler, world, nameStart(event, awsRequestId), {
      remainingMs,
      awsRequestId,
    }) as Promise<Answer>;

  /** Calls the handler; after that much virtual time its process dies. */
  const callAndKill = async (killAfterMs: number, event: unknown = {}, awsRequestId = 'execution-1') => {
    await callHandler(handler, world, nameStart(event, awsRequestId), { awsRequestId, killAfterMs });
    // As long as Lambda waits before it delivers the event again.
    await world.timer.advance(60_000);
  };

  const readRecord = async () =>
    parseRecord((await store.load('execution-1'))?.head ?? '', new NodePlatform().checksum);

  /** Claims the execution for somebody else, as a delivery after the lease's end does. */
  const steal = async () => {
    const stored = await store.load('execution-1');
    if (stored === undefined) throw new Error('nothing stored');
    const { head, ...rest } = stored;
    const { checksum } = new NodePlatform();
    const text = JSON.stringify({ v: 1, ...parseRecord(head, checksum), epoch: 99, owner: 'another' });
    await store.save({ ...rest, head: `${checksum(text)} ${text}` }, stored.revision);
  };

  /** The state of every write after the claim, as its fields. */
  const readStates = () =>
    store.writes
      .slice(1)
      .map(({ execution }) => new DevalueCodec().decode(execution.state.slice(1)) as Record<string, unknown>);

  return { readStates, store, sender, world, call, callAndKill, readRecord, steal };
}
