import { CorruptContinuationError } from '../../../../../src/errors';
import { NodePlatform } from '../../../../../src/runtime/adapters/node/node-platform';
import { packState } from '../../../../../src/runtime/checkpoint/state-text';

const mb = 1_024 * 1_024;
const variable = 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE';
const before = process.env[variable];

/** The platform of a function with that much memory. */
function withMemory(memoryMb: string | undefined): NodePlatform {
  if (memoryMb === undefined) delete process.env[variable];
  else process.env[variable] = memoryMb;
  return new NodePlatform();
}

afterEach(() => {
  if (before === undefined) delete process.env[variable];
  else process.env[variable] = before;
});

describe('what a message unpacks to', () => {
  it.each<[string | undefined, number]>([
    ['128', 16],
    ['1769', 1_769 / 8],
    ['10240', 256],
    [undefined, 256],
    ['', 256],
    ['none', 256],
  ])(
    'What a message unpacks to is bounded by an eighth of the memory, with %s MB of it',
    (memoryMb, maxMb) => {
      expect(withMemory(memoryMb).maxUnpackedBytes).toBe(Math.floor(maxMb * mb));
    },
  );

  it('What a message unpacks to is refused when it is more, whatever the message weighs', () => {
    const bomb = withMemory(undefined).pack('0'.repeat(16 * mb + 1));
    expect(bomb.length).toBeLessThan(200_000);
    const unpack = () => withMemory('128').unpack(bomb);
    expect(unpack).toThrow(CorruptContinuationError);
    expect(unpack).toThrow('unpacks to more than 16777216 bytes');
  });

  it('What a message unpacks to is whole when it is just as much', () => {
    const platform = withMemory('128');
    const text = '0'.repeat(16 * mb);
    expect(platform.unpack(platform.pack(text)) === text).toBe(true);
  });

  it('What a message unpacks to is never more than what this function packs: a larger state stays as it is', () => {
    const platform = withMemory('128');
    const tools = { platform, codec: { encode: () => '', decode: () => ({}) } };
    const text = '0'.repeat(16 * mb + 1);
    expect(packState(tools, { kind: 'text', text })).toEqual({ kind: 'text', text });
    expect(packState(tools, { kind: 'text', text: text.slice(1) }).kind).toBe('packed');
  });

  it('What a message unpacks to is refused when it is damaged', () => {
    expect(() => new NodePlatform().unpack('AAAA')).toThrow('does not unpack');
  });
});
