import { z } from 'zod';
import type { Nonsense } from './rule-kind';

/*
 * Areas as GeoJSON (RFC 7946) has them: an edge is a straight line in degrees of longitude and latitude, and never
 * crosses the antimeridian; an area that does is cut there into two polygons (section 3.1.9).
 */

const position = z.array(z.number()).min(2).max(3);
const ring = z.array(position).min(4);
const polygon = z.array(ring).min(1);

export const area = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('Polygon'), coordinates: polygon }),
  z.strictObject({ type: z.literal('MultiPolygon'), coordinates: z.array(polygon).min(1) }),
]);

export type Area = z.output<typeof area>;

type Ring = z.output<typeof ring>;

const CUT = 'Cut the area at the antimeridian into two polygons of a MultiPolygon (RFC 7946, section 3.1.9)';

function polygonsOf(area: Area): Ring[][] {
  return area.type === 'Polygon' ? [area.coordinates] : area.coordinates;
}

function ringProblem(points: Ring): { at: number[]; message: string; fix: string } | undefined {
  for (const [at, [longitude = 0, latitude = 0]] of points.entries()) {
    if (Math.abs(latitude) > 90)
      return {
        at: [at],
        message: `the latitude ${latitude} does not exist`,
        fix: 'A position is [longitude, latitude], in this order.',
      };
    if (Math.abs(longitude) > 180)
      return { at: [at], message: `the longitude ${longitude} is beyond the antimeridian`, fix: `${CUT}.` };
    const before = points[at - 1]?.[0] ?? longitude;
    if (Math.abs(longitude - before) > 180)
      return {
        at: [at],
        message: `an edge goes from longitude ${before} to ${longitude}, more than half around the Earth`,
        fix: `${CUT}; where the long way is meant, add a position half-way.`,
      };
  }
  const [first, last] = [points[0], points.at(-1)];
  if (first?.[0] === last?.[0] && first?.[1] === last?.[1]) return undefined;
  return { at: [], message: 'a ring does not end where it begins', fix: 'Repeat its first position at its end.' };
}

/** What is valid GeoJSON by its form and no area; paths start at the area. */
export function areaProblems(area: Area): Nonsense[] {
  const single = area.type === 'Polygon';
  return polygonsOf(area).flatMap((rings, polygonAt) =>
    rings.flatMap((points, ringAt): Nonsense[] => {
      const problem = ringProblem(points);
      if (problem === undefined) return [];
      const path = ['coordinates', ...(single ? [] : [polygonAt]), ringAt, ...problem.at];
      return [{ path, message: problem.message, fix: problem.fix }];
    }),
  );
}

/** Where a point is, seen from a ring. */
type Side = 'inside' | 'edge' | 'outside';

/** Looks up the edges of a ring by bands of latitude, so that a coastline of thousands of points costs as little as a box. */
function ringTest(points: Ring): (longitude: number, latitude: number) => Side {
  const latitudes = points.map(([, latitude = 0]) => latitude);
  const longitudes = points.map(([longitude = 0]) => longitude);
  const extent = (values: number[]): [number, number] => [
    values.reduce((least, value) => Math.min(least, value), Infinity),
    values.reduce((most, value) => Math.max(most, value), -Infinity),
  ];
  const [south, north] = extent(latitudes);
  const [west, east] = extent(longitudes);
  const count = Math.min(1024, points.length);
  const height = (north - south) / count || 1;
  const bandOf = (latitude: number): number =>
    Math.max(0, Math.min(count - 1, Math.floor((latitude - south) / height)));
  const bands: number[][] = Array.from({ length: count }, () => []);
  for (let at = 1; at < points.length; at += 1) {
    const [from = 0, to = 0] = [latitudes[at - 1], latitudes[at]];
    for (let band = bandOf(Math.min(from, to)); band <= bandOf(Math.max(from, to)); band += 1)
      bands[band]?.push(longitudes[at - 1] ?? 0, from, longitudes[at] ?? 0, to);
  }
  return (x, y) => {
    if (!(x >= west && x <= east && y >= south && y <= north)) return 'outside';
    const edges = bands[bandOf(y)] ?? [];
    let inside = false;
    for (let at = 0; at < edges.length; at += 4) {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = [edges[at], edges[at + 1], edges[at + 2], edges[at + 3]];
      const cross = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1);
      if (
        cross === 0 &&
        Math.min(x1, x2) <= x &&
        x <= Math.max(x1, x2) &&
        Math.min(y1, y2) <= y &&
        y <= Math.max(y1, y2)
      )
        return 'edge';
      if (y1 > y !== y2 > y && cross > 0 === y2 > y1) inside = !inside;
    }
    return inside ? 'inside' : 'outside';
  };
}

/**
 * A test for points in degrees (WGS 84). Edges belong to the area, those of holes too. -180 and 180 are the same meridian.
 */
export function areaTest(area: Area): (longitude: number, latitude: number) => boolean {
  const polygons = polygonsOf(area).map(([outer = [], ...holes]) => ({
    outer: ringTest(outer),
    holes: holes.map(ringTest),
  }));
  const within = (x: number, y: number): boolean =>
    polygons.some(({ outer, holes }) => outer(x, y) !== 'outside' && holes.every((hole) => hole(x, y) !== 'inside'));
  return (longitude, latitude) =>
    within(longitude, latitude) || (Math.abs(longitude) === 180 && within(-longitude, latitude));
}
