// Prints `passed failed skipped` of a vitest JSON report. A run that failed without a failed test counts as one failure.
import { readFileSync } from 'node:fs';

const [report, status] = process.argv.slice(2);
const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, 'utf8'));
const failed = numFailedTests === 0 && (status !== '0' || numPassedTests === 0) ? 1 : numFailedTests;
console.log(numPassedTests, failed, numPendingTests + numTodoTests);
