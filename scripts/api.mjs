/**
 * `npm run api` writes the public API of each entry, as declared by the build, to `docs/api/`; `npm run check:api` fails
 * when the build differs from it. A change of these reports is a change that users see.
 */
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { resolve } from 'node:path';

const ENTRIES = ['index', 'codegen', 'graphql-ws', 'testing', 'verifier'];

const root = resolve(import.meta.dirname, '..');
const isCheck = process.argv.includes('--check');
let isSame = true;

for (const entry of ENTRIES) {
  const config = ExtractorConfig.prepare({
    configObjectFullPath: resolve(root, 'api-extractor.json'),
    packageJsonFullPath: resolve(root, 'package.json'),
    configObject: {
      projectFolder: root,
      newlineKind: 'lf',
      mainEntryPointFilePath: resolve(root, `dist/${entry}.d.ts`),
      compiler: { tsconfigFilePath: resolve(root, 'tsconfig.json') },
      apiReport: {
        enabled: true,
        reportFileName: `${entry}.api.md`,
        reportFolder: resolve(root, 'docs/api'),
        reportTempFolder: resolve(root, 'node_modules/.cache/api'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        extractorMessageReporting: {
          default: { logLevel: 'error' },
          // Docstrings are checked by their own rules, and no release tags are in use.
          'ae-missing-release-tag': { logLevel: 'none' },
          'ae-undocumented': { logLevel: 'none' },
          'ae-forgotten-export': { logLevel: 'none' },
        },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  });
  const result = Extractor.invoke(config, {
    localBuild: !isCheck,
    messageCallback: (message) => {
      if (message.logLevel === 'error') console.error(message.text);
      message.handled = true;
    },
  });
  if (!result.apiReportChanged) continue;
  isSame = false;
  console.log(`docs/api/${entry}.api.md ${isCheck ? 'differs from the build' : 'was written'}.`);
}

if (isCheck && !isSame) {
  console.error('If the change of the public API is intended, run `npm run api` and commit docs/api.');
  process.exitCode = 1;
}
