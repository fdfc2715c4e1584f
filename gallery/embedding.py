"""A picture's facts inside its file, where other programs look for them: EXIF, XMP, PNG text."""

from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

SOFTWARE = "Fluxsite"
# As the press agencies' council names what a model has made.
MADE_BY_MODEL = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{words}</rdf:li></rdf:Alt></dc:description>
<xmp:CreatorTool>{tool}</xmp:CreatorTool><xmp:CreateDate>{made_at}</xmp:CreateDate>
<Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is written into a file."""

    prompt: str
    model: str
    seed: str
    made_at: datetime

    @property
    def words(self) -> str:
        return f"{self.prompt}\nModel: {self.model}" + (f"\nSeed: {self.seed}" * bool(self.seed))


def png_text(known: Known) -> PngInfo:
    info = PngInfo()
    for key, value in {
        "Description": known.prompt,
        "Software": SOFTWARE,
        "Source": known.model,
        "Comment": f"Seed: {known.seed}" if known.seed else "",
        "Creation Time": known.made_at.isoformat(),
        "XML:com.adobe.xmp": xmp(known).decode(),
    }.items():
        if value:
            info.add_itxt(key, value)
    return info


def exif(known: Known) -> Image.Exif:
    data = Image.Exif()
    # Given as bytes, because Pillow would write a question mark for each letter beyond ASCII.
    data[ExifTags.Base.ImageDescription] = known.words.encode()
    data[ExifTags.Base.Software] = SOFTWARE
    data[ExifTags.Base.DateTime] = f"{known.made_at:%Y:%m:%d %H:%M:%S}"
    return data


def xmp(known: Known) -> bytes:
    return XMP.format(
        words=escape(known.words),
        tool=escape(f"{known.model}, {SOFTWARE}"),
        made_at=known.made_at.isoformat(),
        source=MADE_BY_MODEL,
    ).encode()
