"""The index of the search: tables and triggers with which the database keeps it in step by itself.

Every picture that is not purged has an `Entry`, its place in time. Beside it stand the words of its
prompt, and facets: one token for its owner, its model, its shape, whether it is an edit, each
gallery that it is in, each person whose favourite it is, each person's stars, each tag, the team's
average in tenths of a star, and whether it is kept or in the trash.
Words and facets lie in one inverted index, so that any combination of them is an intersection of
sorted lists. What else a search should narrow by becomes a facet here (and in `gallery.finding`).

SQLite: an FTS5 table whose rowid is the place, so that hits come in the order of time.
PostgreSQL: a `tsvector` beside the place, with a GIN index.

Django remakes a table of SQLite to alter it, and loses its triggers: a migration that alters
pictures or one of `FOLLOWED` begins with `remove` and ends with `install`.
"""

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

from gallery.tiles import SHAPES

FOLLOWED = ("gallery_placement", "gallery_favourite", "gallery_rating", "gallery_tag")


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the index of what there is, and keep it in step from now on."""
    _run(connection, SQLITE if connection.vendor == "sqlite" else POSTGRESQL)


def remove(connection: BaseDatabaseWrapper) -> None:
    _run(connection, SQLITE_BACK if connection.vendor == "sqlite" else POSTGRESQL_BACK)


def _run(connection: BaseDatabaseWrapper, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _shapes(width: str, height: str) -> Iterator[str]:
    """Nearest shape, as `tiles.shape_of`: two meet at the geometric mean of their ratios."""
    ratios = list(SHAPES.values())
    for (name, ratio), lower in zip(SHAPES.items(), ratios[1:], strict=False):
        mean = f"{ratio * lower:.12f}"
        token = name.removeprefix("ar-")
        yield f"WHEN 1.0 * {width} * {width} > {mean} * {height} * {height} THEN 'r{token}z'"


def _shape(width: str, height: str) -> str:
    last = list(SHAPES)[-1].removeprefix("ar-")
    return f"CASE {' '.join(_shapes(width, height))} ELSE 'r{last}z' END"


# ── SQLite ───────────────────────────────────────────────────────────────────────────────────────

# Microseconds are left out of the text where there are none. Tokens end in z: no stem is cut off.
_BASE = """(CAST(strftime('%s', substr({at}, 1, 19)) AS INTEGER) * 1000000000
 + CAST(substr(substr({at}, 21) || '000000', 1, 6) AS INTEGER) * 1000)"""

_ENTER = f"""
INSERT INTO gallery_entry (place, image_id)
SELECT CASE
  WHEN NOT EXISTS (SELECT 1 FROM gallery_entry WHERE place = base) THEN base
  ELSE (SELECT MIN(place) + 1 FROM gallery_entry AS one WHERE place >= coalesce(
         (SELECT MAX(place) FROM gallery_entry WHERE place BETWEEN base AND base + 999), base)
        AND NOT EXISTS (SELECT 1 FROM gallery_entry WHERE place = one.place + 1)) END, NEW.id
FROM (SELECT {_BASE.format(at="NEW.created_at")} AS base) WHERE NEW.purged_at IS NULL;
INSERT INTO gallery_entry_words (rowid, prompt, facets)
SELECT place, prompt, facets FROM gallery_entry_text WHERE image_id = NEW.id;"""

_RENEW = """
UPDATE gallery_entry_words SET facets = (
  SELECT facets FROM gallery_entry_text WHERE image_id = {row}.image_id
) WHERE rowid = (SELECT place FROM gallery_entry WHERE image_id = {row}.image_id);"""


def _renewing(table: str) -> Iterator[str]:
    for event, row in (("INSERT", "NEW"), ("DELETE", "OLD")):
        yield (
            f"CREATE TRIGGER {table}_{event.lower()}_in_entry AFTER {event} ON {table}"
            f" BEGIN {_RENEW.format(row=row)} END"
        )
    yield (
        f"CREATE TRIGGER {table}_update_in_entry AFTER UPDATE ON {table}"
        f" BEGIN {_RENEW.format(row='OLD')} {_RENEW.format(row='NEW')} END"
    )


SQLITE = (
    """CREATE VIRTUAL TABLE gallery_entry_words USING fts5(
      prompt, facets, tokenize='porter unicode61 remove_diacritics 2', prefix='2 3 4')""",
    f"""CREATE VIEW gallery_entry_text AS
SELECT entry.image_id, entry.place, image.prompt,
  CASE WHEN image.trashed_at IS NULL THEN 'kz' ELSE 'xz' END
  || ' o' || image.owner_id || 'z m' || lower(hex(image.model_name)) || 'z '
  || {_shape("image.width", "image.height")}
  || CASE WHEN image.width * image.width > 1.25 * image.height * image.height THEN ' slz'
      WHEN image.height * image.height > 1.25 * image.width * image.width THEN ' spz'
      ELSE ' ssz' END
  || CASE (SELECT action FROM gallery_generation WHERE id = image.generation_id)
      WHEN 'edit' THEN ' eyz' ELSE ' enz' END
  || coalesce((SELECT ' ' || group_concat('g' || gallery_id || 'z', ' ')
       FROM gallery_placement WHERE image_id = image.id), '')
  || coalesce((SELECT ' ' || group_concat('v' || person_id || 'z', ' ')
       FROM gallery_favourite WHERE image_id = image.id), '')
  || coalesce((SELECT ' ' || group_concat('p' || stars || person_id || 'z', ' ')
       FROM gallery_rating WHERE image_id = image.id), '')
  || coalesce((SELECT ' ' || group_concat('t' || lower(hex(name)) || 'z', ' ')
       FROM gallery_tag WHERE image_id = image.id), '')
  || coalesce(' ayz a' || ((image.team_rating + 50) / 100) || 'z', '') AS facets
FROM gallery_entry AS entry JOIN gallery_image AS image ON image.id = entry.image_id""",
    # Strictly growing in the order of time, however many share a moment.
    f"""INSERT INTO gallery_entry (place, image_id)
SELECT MAX(base - number) OVER (ORDER BY number) + number, id FROM (
  SELECT id, {_BASE.format(at="created_at")} AS base,
    row_number() OVER (ORDER BY created_at, id) AS number
  FROM gallery_image WHERE purged_at IS NULL)""",
    """INSERT INTO gallery_entry_words (rowid, prompt, facets)
SELECT place, prompt, facets FROM gallery_entry_text ORDER BY place""",
    f"""CREATE TRIGGER gallery_image_insert_in_entry AFTER INSERT ON gallery_image
BEGIN {_ENTER} END""",
    f"""CREATE TRIGGER gallery_image_move_in_entry AFTER UPDATE OF created_at ON gallery_image
WHEN OLD.created_at <> NEW.created_at
BEGIN DELETE FROM gallery_entry WHERE image_id = NEW.id; {_ENTER} END""",
    """CREATE TRIGGER gallery_image_update_in_entry AFTER UPDATE OF
  prompt, owner_id, model_name, width, height, generation_id, team_rating, trashed_at, purged_at
ON gallery_image
BEGIN
  DELETE FROM gallery_entry WHERE image_id = NEW.id AND NEW.purged_at IS NOT NULL;
  UPDATE gallery_entry_words SET (prompt, facets) = (
    SELECT prompt, facets FROM gallery_entry_text WHERE image_id = NEW.id
  ) WHERE rowid = (SELECT place FROM gallery_entry WHERE image_id = NEW.id);
END""",
    """CREATE TRIGGER gallery_entry_delete AFTER DELETE ON gallery_entry
BEGIN DELETE FROM gallery_entry_words WHERE rowid = OLD.place; END""",
    *(statement for table in FOLLOWED for statement in _renewing(table)),
)
SQLITE_BACK = (
    *(
        f"DROP TRIGGER IF EXISTS {table}_{event}_in_entry"
        for table in ("gallery_image", *FOLLOWED)
        for event in ("insert", "update", "delete", "move")
    ),
    "DROP TRIGGER IF EXISTS gallery_entry_delete",
    "DROP VIEW IF EXISTS gallery_entry_text",
    "DROP TABLE IF EXISTS gallery_entry_words",
    "DELETE FROM gallery_entry",
)

# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────

# No word is a stop word: the same text finds the same pictures on both databases.
_CONFIGURATION = (
    "CREATE TEXT SEARCH DICTIONARY fluxsite_stem (TEMPLATE = snowball, LANGUAGE = english)",
    "CREATE TEXT SEARCH CONFIGURATION fluxsite (COPY = pg_catalog.english)",
    """ALTER TEXT SEARCH CONFIGURATION fluxsite
  ALTER MAPPING FOR asciiword, word, hword, hword_part, hword_asciipart, asciihword
  WITH fluxsite_stem""",
)

# Letters without their accents, and no punctuation: nothing is taken for a path, a host or a tag.
_PLAIN = r"""regexp_replace(
  normalize(regexp_replace(normalize(image.prompt, NFD), '[\u0300-\u036f]', '', 'g'), NFC),
  '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf'
  '\u2000-\u206f\u3000-\u3003\u3008-\u3020\uff01-\uff0f]+',
  ' ', 'g')"""


def _token(expression: str) -> str:
    return f"replace({expression}::text, '-', '') || 'z'"


_DOC = f"""CREATE FUNCTION gallery_entry_doc(image gallery_image) RETURNS tsvector
LANGUAGE sql STABLE AS $$
SELECT to_tsvector('fluxsite', {_PLAIN}) || array_to_tsvector(ARRAY[
  CASE WHEN image.trashed_at IS NULL THEN '=kz' ELSE '=xz' END,
  '=o' || {_token("image.owner_id")},
  '=m' || encode(convert_to(image.model_name, 'UTF8'), 'hex') || 'z',
  '=' || {_shape("image.width", "image.height")},
  CASE WHEN 1.0 * image.width * image.width > 1.25 * image.height * image.height THEN '=slz'
    WHEN 1.0 * image.height * image.height > 1.25 * image.width * image.width THEN '=spz'
    ELSE '=ssz' END,
  CASE (SELECT action FROM gallery_generation WHERE id = image.generation_id)
    WHEN 'edit' THEN '=eyz' ELSE '=enz' END
] || ARRAY(SELECT '=g' || {_token("gallery_id")} FROM gallery_placement WHERE image_id = image.id)
  || ARRAY(SELECT '=v' || {_token("person_id")} FROM gallery_favourite WHERE image_id = image.id)
  || ARRAY(SELECT '=p' || stars || {_token("person_id")} FROM gallery_rating
    WHERE image_id = image.id)
  || ARRAY(SELECT '=t' || encode(convert_to(name, 'UTF8'), 'hex') || 'z' FROM gallery_tag
    WHERE image_id = image.id)
  || CASE WHEN image.team_rating IS NULL THEN ARRAY[]::text[]
    ELSE ARRAY['=ayz', '=a' || ((image.team_rating + 50) / 100) || 'z'] END)
$$"""

_BASE_PG = "floor(extract(epoch FROM {at}) * 1000000)::bigint * 1000"

# Whoever changes the facets of many pictures locks them in one order, so that two never wait for
# each other; after the lock everything committed is seen.
_RENEW_PG = """CREATE FUNCTION gallery_entry_renew(images uuid[]) RETURNS void
LANGUAGE plpgsql AS $$ BEGIN
  PERFORM 1 FROM gallery_entry WHERE image_id = ANY(images) ORDER BY image_id FOR UPDATE;
  UPDATE gallery_entry AS entry SET doc = gallery_entry_doc(image)
  FROM gallery_image AS image WHERE image.id = entry.image_id AND image.id = ANY(images);
END $$"""


def _following() -> Iterator[str]:
    for event, tables in (("insert", ["new"]), ("delete", ["old"]), ("update", ["old", "new"])):
        images = " UNION ".join(f"SELECT image_id FROM {table}_rows" for table in tables)
        yield f"""CREATE FUNCTION gallery_entry_after_{event}() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN PERFORM gallery_entry_renew(ARRAY({images})); RETURN NULL; END $$"""
        rows = " ".join(f"{table.upper()} TABLE AS {table}_rows" for table in tables)
        for table in FOLLOWED:
            yield f"""CREATE TRIGGER {table}_{event}_in_entry AFTER {event.upper()} ON {table}
REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION gallery_entry_after_{event}()"""


POSTGRESQL = (
    *_CONFIGURATION,
    "ALTER TABLE gallery_entry ADD COLUMN doc tsvector",
    "ALTER TABLE gallery_entry ALTER COLUMN doc SET STORAGE MAIN",
    _DOC,
    f"""INSERT INTO gallery_entry (place, image_id, doc)
SELECT MAX(base - number) OVER (ORDER BY number) + number, id, doc FROM (
  SELECT id, {_BASE_PG.format(at="created_at")} AS base,
    row_number() OVER (ORDER BY created_at, id) AS number, gallery_entry_doc(image) AS doc
  FROM gallery_image AS image WHERE purged_at IS NULL) AS images ORDER BY number""",
    "SET CONSTRAINTS ALL IMMEDIATE",
    # Not put off: what waits in a pending list is read by every search.
    "CREATE INDEX gallery_entry_doc ON gallery_entry USING gin (doc) WITH (fastupdate = off)",
    _RENEW_PG,
    f"""CREATE FUNCTION gallery_entry_enter() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  free bigint := {_BASE_PG.format(at="NEW.created_at")};
  words tsvector;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.created_at = OLD.created_at AND NEW.purged_at IS NULL THEN
      PERFORM gallery_entry_renew(ARRAY[NEW.id]);
      RETURN NULL;
    END IF;
    DELETE FROM gallery_entry WHERE image_id = NEW.id;
  END IF;
  IF NEW.purged_at IS NULL THEN
    words := gallery_entry_doc(NEW);
    LOOP
      INSERT INTO gallery_entry (place, image_id, doc)
      VALUES (free, NEW.id, words) ON CONFLICT (place) DO NOTHING;
      EXIT WHEN FOUND;
      -- Past all of this microsecond, and of the next one where this is full.
      SELECT coalesce(max(place), free) + 1 INTO free FROM gallery_entry
      WHERE place >= free AND place < free - free % 1000 + 1000;
    END LOOP;
  END IF;
  RETURN NULL;
END $$""",
    """CREATE TRIGGER gallery_image_in_entry AFTER INSERT OR UPDATE OF
  prompt, owner_id, model_name, width, height, generation_id, created_at, team_rating, trashed_at,
  purged_at
ON gallery_image FOR EACH ROW EXECUTE FUNCTION gallery_entry_enter()""",
    *_following(),
)
POSTGRESQL_BACK = (
    "SET CONSTRAINTS ALL IMMEDIATE",  # what is still to be checked would hold the table
    "DROP TRIGGER IF EXISTS gallery_image_in_entry ON gallery_image",
    "DROP FUNCTION IF EXISTS gallery_entry_enter()",
    *(
        f"DROP FUNCTION IF EXISTS gallery_entry_after_{event}() CASCADE"
        for event in ("insert", "delete", "update")
    ),
    "DROP FUNCTION IF EXISTS gallery_entry_renew(uuid[])",
    "DROP FUNCTION IF EXISTS gallery_entry_doc(gallery_image)",
    "DROP TEXT SEARCH CONFIGURATION IF EXISTS fluxsite",
    "DROP TEXT SEARCH DICTIONARY IF EXISTS fluxsite_stem",
    "DELETE FROM gallery_entry",
    "ALTER TABLE gallery_entry DROP COLUMN IF EXISTS doc",
)
