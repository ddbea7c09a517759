import type { FileFacts } from '../facts';
import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';

const captured = { local: '2024-02-29T12:34:56', offset: null, source: 'EXIF:DateTimeOriginal' };

describe('the rule required-facts', () => {
  it.each<[string, Partial<FileFacts>, boolean]>([
    ['camera.make', { camera: { make: 'Canon' } }, true],
    ['camera.make', { camera: { model: 'R5' } }, false],
    ['camera.make', { camera: { make: '' } }, false],
    ['camera.make', {}, false],
    ['captured', { captured }, true],
    ['captured.offset', { captured }, false],
    ['captured.offset', { captured: { ...captured, offset: '+09:00' } }, true],
    ['location', { location: { latitude: 0, longitude: 0, source: 'EXIF:GPS' } }, true],
    ['location.altitude', { location: { latitude: 0, longitude: 0, source: 'EXIF:GPS' } }, false],
    ['location.altitude', { location: { latitude: 0, longitude: 0, altitude: 0, source: 'EXIF:GPS' } }, true],
    ['width', { width: 1 }, true],
    ['orientation', {}, false],
    ['durationSeconds', { durationSeconds: 0 }, true],
    ['codec', { codec: 'avc1' }, true],
    ['rating', { rating: 0 }, true],
    ['title', { title: '' }, false],
    ['creator', { creator: 'Ada' }, true],
    ['copyright', {}, false],
  ])('%s with %j: known %s', (fact, facts, known) => {
    expect(codesOf(`{ rule: required-facts, facts: [${fact}] }`, fileWith(facts))).toEqual(
      known ? [] : ['fact-missing'],
    );
  });

  it('has a finding for each missing fact, once', () => {
    const rule = '{ rule: required-facts, facts: [camera.make, captured, camera.make, location] }';
    expect(findingsOf(rule, fileWith({ captured }))).toMatchObject([
      { message: 'The file has no camera make (camera.make).', value: 'camera.make' },
      { message: 'The file has no location (location).', value: 'location' },
    ]);
  });

  it('needs the groups of its facts alone', () => {
    expect([...profileOf('{ rule: required-facts, facts: [width] }').needs]).toEqual(['signature', 'dimensions']);
    expect([...profileOf('{ rule: required-facts, facts: [captured] }').needs]).toEqual(['signature', 'metadata']);
    expect([...profileOf('{ rule: required-facts, facts: [title] }').needs]).toEqual(['signature', 'description']);
  });

  it('knows what a misspelt fact means', () => {
    expect(() => profileOf('{ rule: required-facts, facts: [camera.mak] }')).toThrow('Did you mean camera.make?');
  });
});
