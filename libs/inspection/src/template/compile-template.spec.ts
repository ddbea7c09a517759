import * as fc from 'fast-check';
import type { FileFacts } from '../facts';
import { decodePath } from '../path-text';
import { fileWith } from '../contract/rule-under-test';
import { compileTemplate, type Template } from './compile-template';
import { expectClean, hostileText } from '../contract/clean-destination';
import { FILTERS } from './filters';
import { VARIABLES } from './variables';

function template(source: string): Template {
  const result = compileTemplate(source);
  if (!result.ok) throw new Error(result.problems.map(({ message, fix }) => `${message} | ${fix}`).join('\n'));
  return result.template;
}

function rendered(source: string, facts: Partial<FileFacts> = {}, path = 'Day 1/IMG 1.JPG'): string {
  return template(source).render({
    file: fileWith(facts, { path }),
    inspection: {
      verdict: 'fail',
      findings: [
        { code: 'advice', severity: 'should', message: '', fix: '' },
        { code: 'too-small', severity: 'must', message: '', fix: '' },
      ],
    },
    profile: { name: 'photos', version: '1.0/beta' },
  });
}

const captured = { local: '2024-02-09T12:34:56.007', offset: '+09:00', source: 'EXIF:DateTimeOriginal' };

describe('a template', () => {
  it.each<[string, Partial<FileFacts>, string]>([
    ['{{ path }}', {}, 'Day 1/IMG 1.JPG'],
    ['{{ folder }}/{{ name }}', {}, 'Day 1/IMG 1.JPG'],
    ['{{ stem }}{{ suffix }}', {}, 'IMG 1.JPG'],
    ['{{ stem | slug }}.{{ extension }}', {}, 'img-1.jpg'],
    ['{{ path | slug }}', {}, 'day-1/img-1.jpg'],
    ['{{ captured.year }}/{{ captured.month }}/{{ captured.day }}/{{ name }}', { captured }, '2024/02/09/IMG 1.JPG'],
    [
      '{{captured.date}}_{{captured.hour}}{{captured.minute}}{{captured.second}}{{suffix}}',
      { captured },
      '2024-02-09_123456.JPG',
    ],
    ['{{ captured.offset }}/{{ name }}', { captured }, '+0900/IMG 1.JPG'],
    ['{{ captured.year }}/{{ name }}', {}, 'unknown/IMG 1.JPG'],
    ["{{ captured.year | default: 'undated' }}/{{ name }}", {}, 'undated/IMG 1.JPG'],
    ["{{ camera.model | slug | default: 'no-camera' }}/{{ name }}", {}, 'no-camera/IMG 1.JPG'],
    ["{{ camera.model | append: '!' | upcase }}/{{ name }}", {}, 'unknown/IMG 1.JPG'],
    ['{{ camera.model | slug }}/{{ name }}', { camera: { model: 'X-T5 ®' } }, 'x-t5/IMG 1.JPG'],
    ['{{ camera.make }}/{{ name }}', { camera: { make: '../../etc' } }, '-..-etc/IMG 1.JPG'],
    ['{{ camera.make }}/{{ name }}', { camera: { make: '..' } }, 'unknown/IMG 1.JPG'],
    ['{{ camera.make | prepend: ".assay-" }}/{{ name }}', { camera: { make: 'x' } }, '_assay-x/IMG 1.JPG'],
    ['{% if captured.year %}{{ captured.year }}/{% endif %}{{ name }}', {}, 'IMG 1.JPG'],
    ['{% if captured.year %}{{ captured.year }}/{% endif %}{{ name }}', { captured }, '2024/IMG 1.JPG'],
    ['{% if width > 1000 %}large{% else %}small{% endif %}/{{ name }}', { width: 5000 }, 'large/IMG 1.JPG'],
    ['{% case family %}{% when "image" %}photos{% else %}other{% endcase %}/{{ name }}', {}, 'photos/IMG 1.JPG'],
    ['{{ finding }}/{{ verdict }}/{{ path }}', {}, 'too-small/fail/Day 1/IMG 1.JPG'],
    ['{{ mediaType }}/{{ name }}', {}, 'image-jpeg/IMG 1.JPG'],
    ['{{ profile.name }}/{{ profile.version }}/{{ name }}', {}, 'photos/1.0-beta/IMG 1.JPG'],
    ['{{ width | pad: 6 }}-{{ name }}', { width: 640 }, '000640-IMG 1.JPG'],
    [
      '{{ location.latitude }}/{{ name }}',
      { location: { latitude: -33.5, longitude: 1, source: 'x' } },
      '-33.5/IMG 1.JPG',
    ],
    [
      '{{ stem | slice: 0, 3 }}/{{ name | replace: " ", "_" | truncate: 6 | remove: "M" | strip | downcase | capitalize }}',
      {},
      'IMG/Ig_1.',
    ],
  ])('%s gives for %j %j', (source, facts, to) => {
    expect(rendered(source, facts)).toBe(to);
  });

  it('keeps the exact text of a path, whatever its bytes', () => {
    for (const path of [
      'a\nb/"c" .jpg',
      '\udcff\udc80/x.jpg',
      ' lead/trail ',
      'e\u0301/é',
      'CON/a:b',
      'x/..y',
      '{{ name }}',
    ])
      for (const source of ['{{ path }}', '{{ folder }}/{{ name }}', '{{ folder }}/{{ stem }}{{ suffix }}'])
        expect(rendered(source, {}, path)).toBe(path);
  });

  it('names only the facts that it reads', () => {
    expect([...template('{{ path }}').needs]).toEqual([]);
    expect([...template('{{ camera.make }}/{{ name }}').needs]).toEqual(['metadata']);
    expect([...template('{% if width > 9 %}x/{% endif %}{{ name }}').needs]).toEqual(['dimensions']);
  });

  it.each([
    ['{{ camera.mak }}/{{ name }}', 'Did you mean `camera.make`?'],
    ['{{ nam }}', 'Did you mean `name`?'],
    ['{{ name | slugg }}', 'Did you mean `slug`?'],
    ['{{ name }}{% if false %}{{ nowhere }}{{ name | nothing }}{% endif %}', 'there is no filter `nothing`'],
    ['{% if nowhere %}x{% endif %}{{ name }}', 'there is no fact `nowhere`'],
    ['{{ camera }}/{{ name }}', 'a group of facts'],
    ['{{ camera[name] }}/{{ name }}', 'a group of facts'],
    ['{{ constructor }}/{{ name }}', 'there is no fact'],
    ['{{ name.length }}', 'there is no fact'],
    ['{{ name | slug: 1 }}', 'takes no value'],
    ['{{ name | replace: "a" }}', 'takes 2 plain values'],
    ['{{ name | default: x: 1 }}', 'takes 1 plain value'],
    ['{{ (1..1000000000) }}{{ name }}', 'a range'],
    ['{{ name', 'cannot be read'],
    ['{% if name %}{{ name }}', 'cannot be read'],
    ['{% for x in (1..9) %}{{ name }}{% endfor %}', 'there is no tag `for`'],
    ["{% include '/etc/passwd' %}{{ name }}", 'there is no tag `include`'],
    ["{% render 'x' %}{{ name }}", 'there is no tag `render`'],
    ['{% assign x = name %}{{ x }}', 'there is no tag `assign`'],
    ["{{ 'now' | date: '%Y' }}/{{ name }}", 'there is no filter `date`'],
    ['/{{ path }}', 'cannot begin with a slash'],
    ['../{{ path }}', 'leaves its folder'],
    ["{{ '..' }}/{{ path }}", 'leaves its folder'],
    ['{{ folder }}/', 'ends in a folder'],
    ['all/photo', "nothing of the file's name"],
    ['{{ captured.year }}/{{ captured.month }}', "nothing of the file's name"],
    ['{{ captured.year }}/ {{ name }}', 'a blank beside a slash'],
    [`{{ name }}${'x'.repeat(3000)}`, 'cannot be read'],
  ])('refuses %s', (source, said) => {
    expect(() => template(source)).toThrow(said);
  });

  it('tells all unknown names at once, each with its line', () => {
    const result = compileTemplate('{{ nam }}{{ name | slugg }}\n{{ camera.mak }}');
    expect(result).toMatchObject({ ok: false });
    if (result.ok) return;
    expect(result.problems.map(({ row }) => row)).toEqual(expect.arrayContaining([0, 1]));
    expect(result.problems.map(({ message }) => message).join()).toMatch(/slugg.*nam.*camera\.mak/);
  });

  it('has a summary of every fact and filter', () => {
    for (const { summary } of [...Object.values(VARIABLES), ...Object.values(FILTERS)]) expect(summary).not.toBe('');
  });
});

const hostileFacts = fc.record<FileFacts>({
  mediaType: hostileText,
  extension: hostileText,
  reader: fc.constant('exifr'),
  problems: fc.constant([]),
  width: fc.nat(),
  camera: fc.record({
    make: hostileText,
    model: hostileText,
    lens: hostileText,
    serial: hostileText,
    software: hostileText,
  }),
  captured: fc.record({ local: hostileText, offset: fc.oneof(hostileText, fc.constant(null)), source: hostileText }),
});
const anyPath = fc
  .array(
    fc
      .uint8Array({ minLength: 1, maxLength: 255 })
      .map((bytes) => decodePath(bytes.map((byte) => (byte === 0 || byte === 47 ? 65 : byte)))),
    { minLength: 1, maxLength: 20 },
  )
  .map((names) => names.join('/'));

describe('the destination of any file by any template', () => {
  const everything = Object.keys(VARIABLES).map((name) => `{{ ${name} }}`);
  const templates = [
    '{{ path }}',
    everything.join('/'),
    everything.join(''),
    `${Object.keys(VARIABLES)
      .map((name) => `{{ ${name} | slug }}`)
      .join('/')}`,
    "{{ camera.make | replace: '-', '/' }}/{{ camera.model | append: '/.' }}/{{ camera.lens | replace: '-', '../../' }}..{{ camera.serial }}/{{ name | slice: 0, 2 }}{{ extension }}",
    "{{ camera.make | remove: '-' }}{{ captured.offset }}/{{ stem | truncate: 3 }}{{ suffix | upcase }}",
    "{{ name | replace: name, path | append: path | append: path | prepend: path | replace: 'A', path | replace: 'A', path }}",
  ].map(template);

  it('is clean and lies below its root', () => {
    fc.assert(
      fc.property(hostileFacts, anyPath, (facts, path) => {
        for (const each of templates)
          expectClean(
            each.render({
              file: fileWith(facts, { path }),
              inspection: { verdict: 'pass', findings: [] },
              profile: { name: 'x', version: '../1' },
            }),
          );
      }),
      { numRuns: 150 },
    );
  });
});
