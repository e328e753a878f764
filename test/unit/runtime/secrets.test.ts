import { inspect } from 'node:util';
import {
  BatonClient,
  CHECKPOINT_STORE,
  createHandler,
  LongRunning,
  MemoryCheckpointStore,
  State,
  Step,
  Terminate,
} from '../../../src';
import { fakeLambdaContext } from '../../../src/testing';
import { virtualWorld } from '../../helpers/virtual-world';

const secret = 'vault-key-SECRET';

/** Everything that an error says, its causes included. */
function tell(error: unknown): string {
  const texts: string[] = [];
  for (let at = error as Error & { details?: unknown }; at; at = at.cause as typeof at)
    texts.push(at.message, inspect(at.details), String(at.stack));
  return texts.join('\n');
}

describe('of a field with secret: true', () => {
  it.each<[string, () => unknown]>([
    ['a Map’s key', () => new Map([[secret, { socket: () => {} }]])],
    ['a Map’s key that is refused itself', () => new Map([[Symbol(secret), 1]])],
    ['a nested key', () => ({ a: [{ [secret]: { socket: Symbol('s') } }] })],
    ['a key of its own', () => ({ [secret]: () => {} })],
    ['a key of a Set’s member', () => new Set([{ [secret]: new (class Socket {})() }])],
    ['a symbol', () => ({ [Symbol(secret)]: 1 })],
    ['a name on a list', () => Object.assign([1], { [secret]: 1 })],
    ['a hidden property', () => Object.defineProperty({}, secret, { value: 1 })],
    ['a property added to a Date', () => Object.assign(new Date(0), { [secret]: 1 })],
    [
      'a path to a cycle of a thousand levels',
      () => Array.from({ length: 1_100 }).reduce<unknown>((inner) => ({ [secret]: inner }), {}),
    ],
  ])(
    'Of a field with secret: true, %s is in no message, path, log line or record, but the field is named',
    async (_what, make) => {
      const store = new MemoryCheckpointStore();
      const world = virtualWorld();

      @LongRunning({ name: 'keeping', safeMs: 1_000, intervalMs: 100 })
      class Keeping {
        @State({ secret: true }) 'sessions of all': unknown = null;
        @Step() work() {
          this['sessions of all'] = make();
        }
        @Terminate() isDone() {
          return false;
        }
      }

      const handler = createHandler(Keeping, {
        providers: [...world.providers, { token: CHECKPOINT_STORE, useValue: store }],
      });
      const start = { lambdaBaton: { v: 1, start: { executionId: 'e', input: {} } } };
      const error = await world.timer
        .drive(handler(start, fakeLambdaContext({ clock: world.clock })))
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'EXECUTION_FAILED',
        cause: { code: 'UNSERIALIZABLE_STATE', details: { path: '["sessions of all"]' } },
      });
      const { state: _state, ...record } = (await store.load('e')) ?? { state: '' };
      const places = {
        error: tell(error),
        log: inspect(world.logger.lines, { depth: 12, maxStringLength: null }),
        record: inspect(record, { depth: 12, maxStringLength: null }),
        status: inspect(await new BatonClient({ store }).status('e'), { depth: 12 }),
      };
      expect(Object.entries(places).filter(([, text]) => text.includes('SECRET'))).toEqual([]);
      expect(tell(error)).toContain('@State ["sessions of all"] holds a value that ');
    },
  );
});
