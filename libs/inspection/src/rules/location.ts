import { z } from 'zod';
import { area, areaProblems, areaTest } from './area';
import type { Nonsense } from './rule-kind';
import { ruleKind } from './rule-kind';

const latitude = z.number().min(-90).max(90);
const longitude = z.number().min(-180).max(180);

const box = z
  .strictObject({
    south: latitude.meta({ description: 'Degrees, negative south of the equator.' }),
    west: longitude.meta({ description: 'Degrees, negative west of Greenwich.' }),
    north: latitude.meta({ description: 'Degrees, negative south of the equator.' }),
    east: longitude.meta({ description: 'Degrees; less than `west` for a box across the antimeridian.' }),
  })
  .optional();

export const location = ruleKind({
  kind: 'location',
  summary: 'The file says where it was made, and that lies within a box or an area.',
  codes: {
    'location-unknown': 'The file does not say where it was made.',
    'location-outside': 'The place lies outside `box` or `area`.',
  },
  fix: "Check that the picture belongs to this delivery; add or correct its location, or deliver the camera's original.",
  parameters: {
    box: box.meta({
      description:
        'The place must lie in this box, edges included. A box whose `west` is above its `east` crosses the antimeridian.',
    }),
    area: area.optional().meta({
      description:
        'The place must lie in this GeoJSON Polygon or MultiPolygon ([longitude, latitude], holes allowed), edges included. One that crosses the antimeridian is cut there into two polygons.',
    }),
    unknown: z.enum(['refuse', 'allow']).default('refuse').meta({
      description: 'What a file without a location means: a finding (refuse) or none (allow).',
    }),
  },
  example: 'rule: location\nbox: { south: 45.8, west: 5.9, north: 47.9, east: 10.5 }\n',
  needs: () => ['metadata'],
  sense({ box, area, unknown }) {
    const found: Nonsense[] = [];
    if (box === undefined && area === undefined && unknown === 'allow')
      found.push({
        path: [],
        message: 'the rule `location` asks for nothing',
        fix: 'Add a `box` or an `area`, or remove `unknown: allow`.',
      });
    if (box !== undefined && box.south > box.north)
      found.push({
        path: ['box', 'south'],
        message: `\`south\` (${box.south}) is above \`north\` (${box.north}): no file can pass`,
        fix: 'Exchange the two.',
      });
    if (area !== undefined)
      found.push(...areaProblems(area).map((problem) => ({ ...problem, path: ['area', ...problem.path] })));
    return found;
  },
  compile({ box, area, unknown }) {
    const inArea = area === undefined ? undefined : areaTest(area);
    const inBox = (x: number, y: number): boolean => {
      if (box === undefined) return true;
      if (y < box.south || y > box.north) return false;
      const between = (east: number): boolean =>
        box.west <= box.east ? east >= box.west && east <= box.east : east >= box.west || east <= box.east;
      return between(x) || (Math.abs(x) === 180 && between(-x));
    };
    const refuseUnknown = unknown === 'refuse';
    return ({ facts: { location: found } }) => {
      if (found === undefined)
        return refuseUnknown
          ? { code: 'location-unknown', message: 'The file does not say where it was made.', value: null }
          : undefined;
      const { latitude: y, longitude: x } = found;
      const left = !inBox(x, y) ? 'box' : inArea?.(x, y) === false ? 'area' : undefined;
      if (left === undefined) return undefined;
      const place = `${y.toFixed(5)}, ${x.toFixed(5)}`;
      return {
        code: 'location-outside',
        message: `The place ${place} (latitude, longitude) lies outside the ${left}.`,
        value: place,
      };
    };
  },
});
