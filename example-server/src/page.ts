/** The page at `/`: how to sign in and query, in plain HTML. */
import { createSamples } from './samples.js';
import type { UserPool } from './user-pool/user-pool.js';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => escapes[character] ?? '');
}

export function renderPage(url: string, userPool: UserPool): string {
  const samples = createSamples(url, userPool).map(
    ({ title, line }) => `<li><p>${escape(title)}</p><pre>${escape(line)}</pre></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>apollo-cognito-auth: example server</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
pre { background: #f3f4f6; padding: .75rem; white-space: pre-wrap; overflow-wrap: anywhere; border-radius: .25rem; margin: 0 }
table { border-collapse: collapse } th, td { text-align: left; padding: .25rem 1.5rem .25rem 0; border-bottom: 1px solid #ddd }
ol { padding-left: 1.25rem } li p { margin: 1rem 0 .25rem }
</style>
</head>
<body>
<h1>Example server of <code>apollo-cognito-auth</code></h1>
<p>GraphQL over HTTP: <code>POST ${escape(url)}/graphql</code>. Subscriptions: <code>${escape(url.replace('http', 'ws'))}/graphql</code>
(graphql-ws), with the token as <code>authorization</code> in <code>connectionParams</code>.</p>
<h2>Who can sign in</h2>
${renderPeople(userPool)}
<h2>Try it in a shell</h2>
<ol>
${samples.join('\n')}
</ol>
<p>The answer to the sign-in also has an <code>IdToken</code>: the field <code>me</code> asks for that one. The
schema with its rules is in <code>example-server/schema/</code>, more operations are in
<code>example-server/operations/</code>.</p>
</body>
</html>
`;
}

function renderPeople({ endpoint, userPoolId, people }: UserPool): string {
  if (endpoint === undefined) {
    return `<p>The people of the user pool <code>${escape(userPoolId)}</code>; the groups are <code>admin</code> and <code>support</code>.</p>`;
  }
  const rows = people.map(({ username, password, groups }) => {
    const cells = [username, password, groups.join(', ') || 'none'];
    return `<tr>${cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`;
  });
  return `<table><tr><th>Person</th><th>Password</th><th>Groups</th></tr>${rows.join('')}</table>`;
}
