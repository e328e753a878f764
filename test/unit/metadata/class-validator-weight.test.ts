import { build } from 'esbuild';

describe('What metadata loads', () => {
  it('What metadata loads is the engine of class-validator, and none of what its index pulls in', async () => {
    const { metafile } = await build({
      entryPoints: ['src/metadata/read-job.ts'],
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
    });
    const [output] = Object.values(metafile.outputs);
    const vendors = Object.entries(output?.inputs ?? {}).filter(([path]) => path.includes('node_modules/'));
    const packages = new Set(vendors.map(([path]) => path.replace(/^.*node_modules\//, '').split('/')[0]));
    expect([...packages].sort()).toEqual(['class-validator', 'reflect-metadata']);
    const engine = vendors.filter(([path]) => path.includes('/class-validator/'));
    expect(engine.every(([path]) => path.includes('/class-validator/cjs/'))).toBe(true);
    expect(engine.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0)).toBeLessThan(18_000);
  });
});
