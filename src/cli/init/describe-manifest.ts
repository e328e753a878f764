import { basename } from 'node:path';
import type { Project } from './choose-project';

const bundle =
  'esbuild src/job.ts --bundle --platform=node --target=node22 --keep-names --external:@aws-sdk/* --outfile=dist/index.js';
const testBundle =
  'esbuild src/job.test.ts --bundle --platform=node --format=esm --packages=external --log-level=warning --outfile=.build/job.test.mjs';

const dependencies = {
  '@aws-sdk/client-dynamodb': '^3.700.0',
  '@aws-sdk/client-lambda': '^3.700.0',
  '@aws-sdk/client-sqs': '^3.700.0',
  'class-validator': '^0.15.1',
  'reflect-metadata': '^0.2.2',
  tsyringe: '^4.8.0',
};
const devDependencies = {
  '@types/node': '^22.0.0',
  'aws-lambda-ric': '^4.0.0',
  esbuild: '^0.28.0',
  'local-aws-sqs': '^2.0.2',
  typescript: '^6.0.0',
};
const cdkDependencies = { 'aws-cdk': '^2.1000.0', 'aws-cdk-lib': '^2.224.0', constructs: '^10.0.0' };

/** The `package.json` of a project. */
export function describeManifest({ directory, jobName, deploy }: Project, version: string): object {
  return {
    name: nameProject(directory),
    version: '0.1.0',
    private: true,
    type: 'commonjs',
    scripts: {
      test: `${testBundle} && node --test .build/job.test.mjs`,
      typecheck: 'tsc',
      dev: 'baton dev src/job.ts --timeout 3s',
      ...describeDeployment(jobName)[deploy],
    },
    dependencies: { ...dependencies, 'lambda-baton': version === 'unknown' ? '*' : `^${version}` },
    devDependencies: { ...devDependencies, ...(deploy === 'cdk' && cdkDependencies) },
  };
}

/** With the CDK the doctor looks at what would be deployed; else at what is: `npm run doctor -- NAME:live`. */
function describeDeployment(jobName: string): Readonly<Record<Project['deploy'], object>> {
  const template = `cdk.out/${jobName}Stack.template.json`;
  const doctor = 'baton doctor --bundle src/job.ts';
  return {
    cdk: {
      synth: 'cdk synth --quiet',
      'dev:template': `npm run synth && baton dev --template ${template} --timeout 3s`,
      doctor: `npm run synth && baton doctor --template ${template}`,
      deploy: 'cdk deploy',
    },
    sam: { build: bundle, deploy: 'npm run build && sam deploy --guided', doctor },
    none: { build: bundle, doctor },
  };
}

const maxNameLength = 214;

/** npm takes lower-case letters, digits and hyphens, and not too many of them. */
function nameProject(directory: string): string {
  const name = basename(directory)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, maxNameLength)
    .replace(/^-+|-+$/g, '');
  return name || 'my-job';
}
