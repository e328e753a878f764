import { basename } from 'node:path';
import type { Project } from './choose-project';

/** Reads a file that is published with lambda-baton. */
type ReadPackageFile = (path: string) => string;

const compilerOptions = {
  target: 'ES2022',
  module: 'ESNext',
  moduleResolution: 'bundler',
  lib: ['ES2023'],
  types: ['node'],
  strict: true,
  experimentalDecorators: true,
  isolatedModules: true,
  skipLibCheck: true,
  noEmit: true,
};

/** The CDK app is bundled like everything else, so that it can read the job's own options. */
const cdkApp =
  'npx esbuild infra/app.ts --bundle --platform=node --format=esm --packages=external --log-level=warning --outfile=.build/app.mjs && node .build/app.mjs';

/** Every file of a project with its text, by path. */
export function listFiles(
  project: Project,
  readPackageFile: ReadPackageFile,
  version: string,
): ReadonlyMap<string, string> {
  const read = (path: string) => readPackageFile(path).replaceAll('ExampleJob', project.jobName);
  return new Map([
    ['package.json', toJson(describeManifest(project, version))],
    [
      'tsconfig.json',
      toJson({ compilerOptions, include: project.deploy === 'cdk' ? ['src', 'infra'] : ['src'] }),
    ],
    ['.gitignore', 'node_modules/\n.build/\ndist/\ncdk.out/\n'],
    // The package is built without scripts: aws-lambda-ric would compile for a minute, and nothing here needs that.
    ['.npmrc', 'ignore-scripts=true\n'],
    ['src/job.ts', read('samples/starter/job.ts')],
    ['src/job.test.ts', read('samples/starter/job.spec.ts')],
    ...listDeployment(project, read),
    ['README.md', describeProject(project)],
  ]);
}

function listDeployment({ deploy }: Project, read: ReadPackageFile): readonly (readonly [string, string])[] {
  if (deploy === 'sam') return [['template.yaml', read('samples/deploy/sam/template.yaml')]];
  if (deploy === 'none') return [];
  return [
    ['infra/app.ts', read('samples/starter/app.ts').replace("'./job'", "'../src/job'")],
    ['cdk.json', toJson({ app: cdkApp })],
  ];
}

const onceDeployed =
  'npm run doctor -- NAME:live   # what is wrong with the function that was deployed, and the fix';
const deploymentSteps: Readonly<Record<Project['deploy'], readonly string[]>> = {
  cdk: [
    'npm run dev:template    # the same, of what would be deployed',
    'npm run doctor          # what is wrong with what would be deployed, and the fix; needs no AWS',
    'npm run deploy',
  ],
  sam: ['npm run deploy', onceDeployed],
  none: ['npm run build           # the bundle, in dist/', onceDeployed],
};

function describeProject({ jobName, deploy }: Project): string {
  const rows = [
    '# A job on lambda-baton',
    '',
    `[src/job.ts](src/job.ts) is the job \`${jobName}\`; its pages are made up until it reads yours.`,
    '',
    '```sh',
    'npm install',
    'npm test                # the job in process, handed over after every step, with a double',
    "npm run dev             # the job on this machine, on AWS's own runtime client, in invocations of 3 seconds",
    ...deploymentSteps[deploy],
    '```',
  ];
  return `${rows.join('\n')}\n`;
}

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const bundle =
  'esbuild src/job.ts --bundle --platform=node --target=node22 --main-fields=es2015,module,main --external:@aws-sdk/* --outfile=dist/index.js';
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
function describeManifest({ directory, jobName, deploy }: Project, version: string): object {
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
