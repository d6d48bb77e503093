/** docs/spec.md is what code, tests and pages refer to: every reference finds its section, and its plans are the tables. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { plans } from '#machines/index.js';

const text = (file: string) => readFileSync(file, 'utf8');
const files = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).split('\0').filter(existsSync);
const sources = files.filter((file) => /\.(?:ts|js|md|rs|toml)$/.test(file) && file !== 'CHANGELOG.md');
const pages = files.filter((file) => file.endsWith('.md') && file !== 'CHANGELOG.md');

/** The anchors of a page: those that GitHub makes from its headings, and those that are written out. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...text(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase());
  const slugs = headings.map((heading) => heading.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-'));
  const written = [...text(page).matchAll(/<a id="([\w-]+)">/g)].map(([, id = '']) => id);
  return new Set([...slugs, ...written]);
}

describe('references', () => {
  test('to docs/spec.md name a section that it has', () => {
    const sections = anchorsOf('docs/spec.md');
    const references = sources.flatMap((file) =>
      [...text(file).matchAll(/docs\/spec\.md#([\w-]+)/g)].map(([, section = '']) => ({ file, section })),
    );
    expect(references.length).toBeGreaterThan(30);
    expect(references.filter(({ section }) => !sections.has(section))).toEqual([]);
  });

  test('to a section of a specification that is not in the repository: none', () => {
    const [word, elsewhere] = ['SPEC', /\b(?:section|,) \d/];
    const lines = sources.flatMap((file) =>
      text(file)
        .split('\n')
        .filter((line) => line.includes(`${word} `) && elsewhere.test(line))
        .map((line) => `${file}: ${line}`),
    );
    expect(lines).toEqual([]);
  });

  test.each(pages)('links of %s lead to a page, and to a heading of it', (page) => {
    const links = [
      ...text(page)
        .replaceAll(/^```.*?^```/gms, '')
        .matchAll(/\]\(([^)\s]+)\)/g),
    ];
    const broken = links.flatMap(([, link = '']) => {
      if (/^https?:/.test(link)) return [];
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      if (!existsSync(target)) return [link];
      return anchor === undefined || anchorsOf(target).has(anchor) ? [] : [link];
    });
    expect(broken).toEqual([]);
  });
});

/** The transitions of a plan as the page draws them: chains of `A --Event--> B`, the rest of a line is a remark. */
function transitionsOf(plan: string): ReadonlySet<string> {
  const section = text('docs/spec.md').split(`\n**${plan}** `)[1] ?? '';
  const drawn = section.split('```')[1] ?? '';
  return new Set(
    [...drawn.matchAll(/(\w+)(?= --(\w+)--> (\w+))/g)].map(([, from, event, to]) => `${from} ${event} ${to}`),
  );
}

test.each(Object.values(plans))('the plan $name has the transitions that the page draws', (plan) => {
  const edges = plan.edges.map(({ from, event, to }) => `${from} ${event} ${to}`);
  expect([...transitionsOf(plan.name)].toSorted()).toEqual(edges.toSorted());
});
