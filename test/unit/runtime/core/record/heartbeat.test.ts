import {
  isHistory,
  nameCompanion,
  readHeartbeat,
  writeHeartbeat,
} from '../../../../../src/runtime/core/record/heartbeat';
import { startMs } from '../core.helpers';

const digest = () => '<digest>';

describe('what the store keeps beside an execution', () => {
  it('What the store keeps beside an execution has an id of its own, which is no execution’s', () => {
    expect(nameCompanion('heartbeat', 'order-1', digest)).toBe('lambda-baton:heartbeat:order-1');
    expect(nameCompanion('history', 'order-1', digest)).toBe('lambda-baton:history:order-1');
  });

  it('What the store keeps beside an execution has an id that every store can keep: the execution’s own up to 256 characters in all, then a digest', () => {
    const prefix = 'lambda-baton:history:';
    const longest = 'x'.repeat(256 - prefix.length);
    expect(nameCompanion('history', longest, digest)).toBe(`${prefix}${longest}`);
    expect(nameCompanion('history', `${longest}x`, digest)).toBe(`${prefix}<digest>`);
  });

  it('What the store keeps beside an execution is a history or not by its id', () => {
    expect(isHistory(nameCompanion('history', 'order-1', digest))).toBe(true);
    expect(isHistory(nameCompanion('heartbeat', 'order-1', digest))).toBe(false);
    expect(isHistory('history:order-1')).toBe(false);
  });
});

describe('a heartbeat', () => {
  const beat = { epoch: 4, atMs: startMs };

  it('A heartbeat is read by those who know its claim', () => {
    expect(readHeartbeat(writeHeartbeat(beat), 4)).toMatchObject(beat);
    expect(writeHeartbeat(beat)).toBe(JSON.stringify({ v: 1, ...beat }));
  });

  it.each([
    ['of another claim', writeHeartbeat({ ...beat, epoch: 3 })],
    ['without a time', '{"v":1,"epoch":4}'],
    ['with a time that is none', '{"v":1,"epoch":4,"atMs":"1"}'],
    ['that is no record', '4'],
    ['that is null', 'null'],
    ['that is damaged', '{"v":1,"epoch":4,'],
  ])('A heartbeat %s says nothing', (_what, text) => {
    expect(readHeartbeat(text, 4)).toBeUndefined();
  });
});
