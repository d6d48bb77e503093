/** What a schema found wrong, in words: where, and what; a value that is not there is missing. */
interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export function issueText(issue: Issue | undefined): string {
  if (!issue) return 'it cannot be read';
  const message = issue.message.replace(
    /^Invalid input: expected (.+), received undefined$/,
    'is missing, expected $1',
  );
  const where = issue.path.map(String).join('.');
  return where === '' ? message : `${where}: ${message}`;
}
