/** A program that verifies one token and has nothing else to do: `endpoint userPoolId token [close]`. */
import { createCognitoVerifier } from '../../src/token/verifier.js';

const [, , endpoint = '', userPoolId = '', token = '', ending] = process.argv;
const verifier = createCognitoVerifier({ userPoolId, clientId: 'test-client', endpoint });
const answer = verifier.authenticate(token).then(
  ({ status }) => status,
  (error: unknown) => (error instanceof Error ? error.name : 'unknown'),
);
if (ending === 'close') {
  await new Promise((resolve) => setTimeout(resolve, 200));
  await verifier.close();
}
const startedAt = performance.now();
console.log(await answer);
process.on('exit', () => {
  console.log(Math.round(performance.now() - startedAt));
});
