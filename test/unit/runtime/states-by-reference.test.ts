import { randomBytes } from 'node:crypto';
import { CHECKPOINT_STORE, LongRunning, OnComplete, State, Step, Terminate } from '../../../src';
import { MemoryCheckpointStore, RecordingSender } from '../../../src/testing';
import { runJob } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';

const ascii = randomBytes(2_000).toString('base64');
const fourByte = Array.from(randomBytes(800), (byte) => String.fromCodePoint(0x1f300 + byte)).join('');

/** Runs a job whose state is the given texts, one after the other, each carried over a hand-off by a channel of this size. */
async function carry(cargoes: readonly string[], maxBytes: number) {
  const sender = new RecordingSender({ maxBytes });
  const store = new MemoryCheckpointStore();
  const world = virtualWorld({ senders: [sender] });

  @LongRunning({ name: 'carrier', safeMs: 10_000, intervalMs: 9_000 })
  class Carrier {
    @State() cargo = '';
    @State() arrived: number[] = [];
    @Step() async load() {
      const count = this.arrived.length;
      if (count > 0 && this.cargo !== cargoes[count - 1])
        throw new Error(`Cargo ${count} is not what was loaded.`);
      this.cargo = cargoes[count] ?? '';
      this.arrived.push(Buffer.byteLength(this.cargo));
      await world.timer.sleep(55_000);
    }
    @Terminate() isDone() {
      return this.arrived.length > cargoes.length;
    }
    @OnComplete() end() {
      return this.arrived;
    }
  }

  const { answer, error } = await runJob(Carrier, {
    world,
    providers: [{ token: CHECKPOINT_STORE, useValue: store }],
  });
  if (error !== undefined) throw error;
  const kinds = sender.sent.map(({ body }) => Object.keys(JSON.parse(body).lambdaBaton.state)[0]);
  return {
    arrived: answer?.result as number[],
    kinds,
    bytes: sender.sent.map(({ body }) => Buffer.byteLength(body)),
  };
}

describe('a state beside a store', () => {
  it.each([
    ['ASCII', (bytes: number) => ascii.slice(0, bytes)],
    [
      'four-byte characters',
      (bytes: number) => fourByte.slice(0, 2 * Math.floor(bytes / 4)) + ascii.slice(0, bytes % 4),
    ],
  ])(
    'A state beside a store travels inside while the whole envelope fits, to the byte, and stays in the store beyond that (%s)',
    async (_what, write) => {
      const {
        bytes: [whole = 0],
      } = await carry([write(2_000)], 100_000);
      const maxBytes = whole;
      for (let excess = -12; excess <= 12; excess += 1) {
        const { arrived, kinds, bytes } = await carry([write(2_000 + excess)], maxBytes);
        expect([excess, arrived[0]]).toEqual([excess, 2_000 + excess]);
        if (excess <= 0) expect([excess, kinds[0], bytes[0]]).toEqual([excess, 'json', whole + excess]);
        else expect([excess, kinds[0]]).not.toEqual([excess, 'json']);
        expect(bytes[0]).toBeLessThanOrEqual(maxBytes);
      }
    },
  );

  it('A state beside a store may swing around the limit from one hand-off to the next, and never comes back stale', async () => {
    const sizes = [100, 1_900, 100, 2_600, 50, 2_600, 2_600, 10, 1_900, 0, 2_600];
    const { arrived, kinds } = await carry(
      sizes.map((size) => ascii.slice(0, size)),
      1_500,
    );
    expect(arrived).toEqual([...sizes, 0]);
    expect(kinds.slice(0, sizes.length)).toEqual(sizes.map((size) => (size > 1_500 ? 'stored' : 'json')));
  });

  it('A state beside a store is as large as it likes where a continuation alone would be too large', async () => {
    const large = randomBytes(3_000_000).toString('base64');
    const { arrived, kinds } = await carry([large], 1_048_576);
    expect([arrived[0], kinds[0]]).toEqual([large.length, 'stored']);
  });
});
