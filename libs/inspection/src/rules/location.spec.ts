import * as fc from 'fast-check';
import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';
import { areaTest } from './area';

const at = (latitude: number, longitude: number) => fileWith({ location: { latitude, longitude, source: 'EXIF:GPS' } });
const OUTSIDE = ['location-outside'];

const SWISS = '{ rule: location, box: { south: 45.8, west: 5.9, north: 47.9, east: 10.5 } }';
const FIJI = '{ rule: location, box: { south: -21, west: 176, north: -12, east: -178 } }';
const square = (from: number, to: number) =>
  `[[${from}, ${from}], [${to}, ${from}], [${to}, ${to}], [${from}, ${to}], [${from}, ${from}]]`;
const RING = `{ rule: location, area: { type: Polygon, coordinates: [${square(0, 10)}, ${square(4, 6)}] } }`;
const TWO = `{ rule: location, area: { type: MultiPolygon, coordinates: [[${square(0, 10)}], [${square(20, 30)}]] } }`;
const ARROW =
  '{ rule: location, area: { type: Polygon, coordinates: [[[0, 0], [10, 0], [10, 10], [5, 5], [0, 10], [0, 0]]] } }';
const DATELINE =
  '{ rule: location, area: { type: MultiPolygon, coordinates: [[[[177, -20], [180, -20], [180, -15], [177, -15], [177, -20]]], [[[-180, -20], [-178, -20], [-178, -15], [-180, -15], [-180, -20]]]] } }';

describe('the rule location', () => {
  it.each([
    ['{ rule: location }', [0, 0], []],
    [SWISS, [46.95, 7.44], []],
    [SWISS, [45.8, 5.9], []],
    [SWISS, [47.9, 10.5], []],
    [SWISS, [48, 7], OUTSIDE],
    [SWISS, [46, 5.89], OUTSIDE],
    [SWISS, [-46.95, 7.44], OUTSIDE],
    [FIJI, [-17.7, 178], []],
    [FIJI, [-17.7, -179], []],
    [FIJI, [-17.7, 180], []],
    [FIJI, [-17.7, -180], []],
    [FIJI, [-17.7, 0], OUTSIDE],
    [FIJI, [-17.7, 175.9], OUTSIDE],
    ['{ rule: location, box: { south: -90, west: 170, north: 90, east: 180 } }', [0, -180], []],
    [RING, [1, 1], []],
    [RING, [0, 0], []],
    [RING, [0, 5], []],
    [RING, [10, 10], []],
    [RING, [5, 5], OUTSIDE],
    [RING, [4, 5], []],
    [RING, [11, 5], OUTSIDE],
    [RING, [5, -1], OUTSIDE],
    [TWO, [25, 25], []],
    [TWO, [5, 5], []],
    [TWO, [15, 15], OUTSIDE],
    [ARROW, [1, 5], []],
    [ARROW, [8, 1], []],
    [ARROW, [8, 5], OUTSIDE],
    [ARROW, [5, 5], []],
    [DATELINE, [-17, 178], []],
    [DATELINE, [-17, -179], []],
    [DATELINE, [-17, 180], []],
    [DATELINE, [-17, 0], OUTSIDE],
  ])('%s of %j says %j', (rule, [latitude = 0, longitude = 0], codes) => {
    expect(codesOf(rule, at(latitude, longitude))).toEqual(codes);
  });

  it('asks for both where box and area are given', () => {
    const rule = `{ rule: location, box: { south: 0, west: 0, north: 2, east: 2 }, area: { type: Polygon, coordinates: [${square(1, 9)}] } }`;
    expect(codesOf(rule, at(1.5, 1.5))).toEqual([]);
    expect(codesOf(rule, at(0.5, 0.5))).toEqual(OUTSIDE);
    expect(codesOf(rule, at(5, 5))).toEqual(OUTSIDE);
  });

  it('says that the place is unknown, unless that is allowed', () => {
    expect(codesOf('{ rule: location }', fileWith())).toEqual(['location-unknown']);
    expect(codesOf(SWISS, fileWith())).toEqual(['location-unknown']);
    expect(codesOf(SWISS.replace(' }', ' }, unknown: allow'), fileWith())).toEqual([]);
  });

  it('names the place and what it lies outside of', () => {
    expect(findingsOf(SWISS, at(48.8583701, 2.2944813))).toMatchObject([
      {
        message: 'The place 48.85837, 2.29448 (latitude, longitude) lies outside the box.',
        value: '48.85837, 2.29448',
      },
    ]);
  });

  it.each([
    ['{ rule: location, unknown: allow }', 'asks for nothing'],
    ['{ rule: location, box: { south: 1, west: 0, north: 0, east: 1 } }', 'no file can pass'],
    ['{ rule: location, box: { south: 1, west: 0, north: 2 } }', '`rules[0].box.east` is missing'],
    ['{ rule: location, box: { south: 1, west: 0, north: 2, east: 181 } }', 'at most 180'],
    ['{ rule: location, area: { type: Point, coordinates: [1, 2] } }', 'Polygon or MultiPolygon is expected'],
    ['{ rule: location, area: { type: Polygon } }', '`rules[0].area.coordinates` is missing'],
    ['{ rule: location, area: { type: Polygon, coordinates: [[[0, 0], [1, 1], [0, 0]]] } }', 'at least 4 entries'],
    [
      '{ rule: location, area: { type: Polygon, coordinates: [[[0, 0], [1, 0], [1, 1], [0, 1]]] } }',
      'does not end where it begins',
    ],
    [
      '{ rule: location, area: { type: Polygon, coordinates: [[[0, 0], [1, 0], [1, 95], [0, 0]]] } }',
      '`rules[0].area.coordinates[0][2]`: the latitude 95 does not exist',
    ],
    [
      '{ rule: location, area: { type: Polygon, coordinates: [[[170, 0], [190, 0], [190, 5], [170, 0]]] } }',
      'beyond the antimeridian',
    ],
    [
      '{ rule: location, area: { type: Polygon, coordinates: [[[179, 0], [-179, 0], [-179, 5], [179, 5], [179, 0]]] } }',
      'Cut the area at the antimeridian',
    ],
  ])('refuses %s', (rule, said) => {
    expect(() => profileOf(rule)).toThrow(said);
  });
});

describe('an area of many points', () => {
  /** A circle of so many points; what lies within its inner circle is inside, what lies beyond its radius is not. */
  const circle = (points: number, radius: number): number[][] => {
    const ring = Array.from({ length: points }, (_, at) => {
      const angle = (at / points) * 2 * Math.PI;
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    });
    return [...ring, ring[0] ?? []];
  };

  it.each([4, 7, 64, 5000])('of %i is where a circle is', (points) => {
    const within = areaTest({ type: 'Polygon', coordinates: [circle(points, 80)] });
    const inner = 80 * Math.cos(Math.PI / points);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 89, noNaN: true }),
        fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
        (distance, angle) => {
          const found = within(distance * Math.cos(angle), distance * Math.sin(angle));
          if (distance < inner - 1e-9) expect(found).toBe(true);
          if (distance > 80 + 1e-9) expect(found).toBe(false);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
