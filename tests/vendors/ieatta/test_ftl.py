"""The template renderer against FreeMarker's rules, as tables."""

from typing import Any

import pytest

from integrations.vendors.ieatta.sandbox.ftl import TemplateError, render

DATA: dict[str, Any] = {
    "yes": True,
    "n": 1234567,
    "half": 1234,
    "text": 'a"b',
    "empty": "",
    "list": ["x", "y", "z"],
    "none": [],
    "h": {"in": {"k": "v"}, "odd key": 1},
}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("${n}", "1,234,567"),
        ("${n?c}", "1234567"),
        ("${half/100}", "12.34"),
        ("${(half + 6) * 2 - 1 % 2}", "2,479"),
        ('${(half/100)?string("0.00")}', "12.34"),
        ('${half?string("#,##0.0#")}', "1,234.0"),
        ('${yes?string("t","f")}${yes?then("a","b")}${yes?c}', "tatrue"),
        ('${missing!"d"}|${missing!}|${(h.no.way)!"d"}|${h.in.k!"d"}', "d||d|v"),
        ("<#if missing??>a<#elseif h.in.k??>b<#else>c</#if>", "b"),
        ("<#if empty?has_content || none?has_content>a<#else>b</#if>", "b"),
        ("<#if (n > 5) && n gte 5 && !(n lt 5)>a</#if>", "a"),
        ("<#if text == 'x' || h['odd key'] = 1>a</#if>", "a"),
        ("<#list list as i>${i}<#sep>,</#sep></#list>", "x,y,z"),
        ("<#list list as i>${i}<#sep>,</#list>", "x,y,z"),
        ("<#list list as i>${i_index}<#if i_has_next>;</#if></#list>", "0;1;2"),
        ("<#list none as i>a<#else>b</#list>", "b"),
        ("<#assign total = 0><#list list as i><#assign total = total + 1></#list>${total}", "3"),
        ("<#-- ${broken -->a", "a"),
        ("${list?join('-')}${list?size}${list?first}${list?last}${text?length}", "x-y-z3xz3"),
        ("${text?replace('\"', '\"\"')}", 'a""b'),
        ("${text?json_string}", 'a\\"b'),
        ("${text?contains('b')?c}${' Q '?trim?lower_case}${'q'?upper_case}${'7'?number + 1}", "trueqQ8"),
        (r"${'a\\b\'c'}${r'\n'}", "a\\b'c\\n"),
        ("a\n  <#if yes>\nb\n  </#if>\nc", "a\nb\nc"),
        ("  a <#t>\nb", "ab"),
        ("x\n  a  <#lt>\nb", "x\na  \nb"),
        ("a  <#rt>\n b", "a b"),
    ],
)
def test_documented_constructs_render(source: str, text: str) -> None:
    assert render(source, DATA) == text


@pytest.mark.parametrize(
    "source",
    [
        "${missing}",
        "${h.no.way}",
        "${h.no.way!'x'}",
        "${yes}",
        "${list}",
        "${text?c}",
        "${text?fancy}",
        "${n + missing}",
        "${text?replace('a','b','r')}",
        "<#if text>a</#if>",
        "<#if missing>a</#if>",
        "<#if text == 1>a</#if>",
        "<#list missing as i></#list>",
        "<#list text as i></#list>",
        "<#list list></#list>",
        "<#macro x></#macro>",
        "<#if yes>a",
        "</#if>",
        "<#else>",
        "${n",
        "${'a}",
        "${1/0}",
        "<@x/>",
        "#{n}",
    ],
)
def test_anything_else_is_a_clear_failure(source: str) -> None:
    with pytest.raises(TemplateError):
        render(source, DATA)
