/** A program that verifies one token and has nothing else to do: `endpoint userPoolId token [close | pending]`. */
import { createCognitoVerifier } from '../../src/token/verifier.js';

const [, , endpoint = '', userPoolId = '', token = '', mode] = process.argv;
const verifier = createCognitoVerifier(
  { userPoolId, clientId: 'test-client', endpoint },
  { keys: mode === 'pending' ? { fetch: () => new Promise(() => {}) } : {} },
);
let answer = 'no answer';
let answeredAt = performance.now();
process.on('exit', () => {
  console.log(`${answer}\n${String(Math.round(performance.now() - answeredAt))}`);
});
const note = (text: string) => {
  answer = text;
  answeredAt = performance.now();
};
verifier.authenticate(token).then(
  (auth) => {
    note(auth.status === 'rejected' ? auth.reason : auth.status);
  },
  (error: unknown) => {
    note(error instanceof Error ? error.name : 'unknown');
  },
);
if (mode === 'close') setTimeout(() => void verifier.close(), 200);
