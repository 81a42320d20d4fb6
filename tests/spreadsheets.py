"""Spreadsheets for tests: small writers of .xlsx and .ods, and one file of the old format .xls."""

import base64
import datetime
import io
import zipfile
import zlib
from xml.sax.saxutils import escape

#: A file .xls: sheet Daten with Datum, Strecke, Menge; lanes 1002 and 1001 in turn from 2024-01-01, 0.25, 1.25, ...
XLS = zlib.decompress(
    base64.b85decode(
        "c-rk)OK1~O6g_V;lON5mrfMscP_Sw(1#zL9c2uHWrBq$`LC~}gMWU&MxX_K&8e9p2E5%KrD!Qnjg@45lhzp^j3qcSPUAht!U"
        "9=hRyP45xjL?8BROSrtzBl)sd*7XT@7?*lo{Sa8Znl(Ag&ufNHUscFbb?C2K8b?*O;a}Q+E2xFv7iv}(?ohTJP5t=$vKqsU4"
        "nue>Qj=yM=E=87=6Q8BQcNI#4)6WjG>#Pz(vx8(acdbvK(Z&h~;%=K4iIpHD_3M6SpXKV^Z(ySZ}T3ok|<`g(3akVVn1?S%W"
        "6Ll&kpoSyAC?*qA$zKDfX-TGa-OgC?}s$Qn6$9>FC9fn>5PmFn6>C?ZaiJ&tc?0{Ck0>L&?TKfihb(*KyL_x(lhr%9~VpHoy"
        "|1m-^8Bn5;JRArBbWIAtTr_e^399%R=-H}7IF1F`$#$d)EP0Gj)89|xZITJ)@WP%XykOq?b5#e@>_eqpOnY#MrO=_TD-^-d2"
        "&i<8W#Bv!DOq`GwWE|!mcFJ*du*GVYC)w*VZnv<EQ=C+{_cvLMEu+ji#l7t`&RWJ>eTAdFlG=sOTkp0OKIyBdJ<(e_7N2;hk"
        "J0r9D0;!iC^|)_xNu(Lo^IE|$|oOKHvf@Z{7Te{-LxKr5lqY7M2NAhoXNW*ew``Sy^_|V%K8zOvaS)go=e`fi1akXR+6vO;8"
        "*hAZRTHQ{&!*XJvI0q=HGYtKkc#kY7M^1{KpReOEjCW)!=K)f9CLi#cT7uHTYiUzi{|p=a>8*g|13o9Odob2*QO67cN}5aN)"
        "wmTtM(UXXU+It$ZW!o0`x1uQN@h?EWVCZ?O%-bmZxyax=12=Ww*H^|Kh7uziVH+SvaKC3ev0Ib<-vab)UVzx3rMoYymJ!|1="
        ";LiLVct|!hp9{(o`^69z"
    )
)
EPOCH = datetime.date(1899, 12, 30)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"


def letters(number):
    """Return the letters of a column, from 0 on."""
    text = ""
    while number >= 0:
        text, number = chr(65 + number % 26) + text, number // 26 - 1
    return text


def _cell(row, place, value):
    at = f"{letters(place)}{row}"
    if value is None or value == "":
        return ""
    if isinstance(value, (datetime.date, datetime.datetime)):
        day = value.date() if isinstance(value, datetime.datetime) else value
        seconds = (value.hour * 60 + value.minute) * 60 + value.second if day is not value else 0
        share = seconds / 86400
        return f'<c r="{at}" s="{2 if share else 1}"><v>{(day - EPOCH).days + share!r}</v></c>'
    if isinstance(value, tuple):  # a formula and its cached value
        return f'<c r="{at}"><f>{escape(value[0])}</f><v>{value[1]}</v></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{at}"><v>{value!r}</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def xlsx(sheets, merged=(), hidden=()):
    """Return the bytes of an .xlsx file.

    sheets : {name: rows of cells}; merged : ranges such as A2:A5, in each sheet; hidden : names of hidden sheets.
    """
    numbers = range(1, len(sheets) + 1)
    kinds = {"workbook": "sheet.main", "styles": "styles", **{f"worksheets/sheet{i}": "worksheet" for i in numbers}}
    overrides = [
        f'<Override PartName="/xl/{name}.xml" ContentType="{_TYPE}{kind}+xml"/>' for name, kind in kinds.items()
    ]
    links = [_link(i, "worksheet", f"worksheets/sheet{i}.xml") for i in numbers]
    state = {name: ' state="hidden"' if name in hidden else "" for name in sheets}
    listed = [
        f'<sheet name="{escape(name)}" sheetId="{i}" r:id="rId{i}"{state[name]}/>' for i, name in enumerate(sheets, 1)
    ]
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}content-types">{"".join(overrides)}</Types>',
        "_rels/.rels": _links([_link(1, "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{"".join(listed)}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _links([*links, _link(len(sheets) + 1, "styles", "styles.xml")]),
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14" '
        'applyNumberFormat="1"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>',
    }
    blocks = "".join(f'<mergeCell ref="{block}"/>' for block in merged)
    for i, rows in enumerate(sheets.values(), 1):
        cells = ["".join(_cell(r, j, value) for j, value in enumerate(row)) for r, row in enumerate(rows, 1)]
        body = "".join(f'<row r="{r}">{row}</row>' for r, row in enumerate(cells, 1))
        parts[f"xl/worksheets/sheet{i}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData><mergeCells>{blocks}</mergeCells></worksheet>'
        )
    return zipped(parts)


def _link(number, kind, target):
    return f'<Relationship Id="rId{number}" Type="{_REL}/{kind}" Target="{target}"/>'


def _links(links):
    return f'<Relationships xmlns="{_PACKAGE}relationships">{"".join(links)}</Relationships>'


def zipped(parts):
    """Return the bytes of a zip archive of {name: content}."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else None)
    return out.getvalue()


def ods(sheets):
    """Return the bytes of an .ods file of {name: rows of cells}, with the many blank rows that spreadsheets write."""

    def cell(value):
        if value is None or value == "":
            return "<table:table-cell/>"
        if isinstance(value, datetime.date):
            return f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}"/>'
        if isinstance(value, (int, float)):
            return f'<table:table-cell office:value-type="float" office:value="{value!r}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'

    blank = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        + f"{blank}</table:table>"
        for name, rows in sheets.items()
    )
    spaces = "".join(f' xmlns:{name}="{_OASIS}{name}:1.0"' for name in ("office", "table", "text"))
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped(
        {
            "mimetype": kind,
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{_OASIS}manifest:1.0"><manifest:file-entry '
            f'manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
            "content.xml": f"<office:document-content{spaces}><office:body><office:spreadsheet>{tables}"
            "</office:spreadsheet></office:body></office:document-content>",
        }
    )
