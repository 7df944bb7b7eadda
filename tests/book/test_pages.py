"""The pages of the book, before Sphinx: pictures, guesses, exercises, entries of the atlas and of the reference."""

import json
import re
from html import unescape
from importlib import import_module
from pathlib import Path

import nbformat
import numpy as np
import pytest

import minidl as md
from book import answers, atlas, chapters, examples, gallery, looking_up, pictures, questions, reference, shapes
from book.glossary import Glossary
from book.mathml import converted
from minidl.course.answering import exercises
from minidl.course.exercise import Number, Shape, Word
from minidl.engine.registry import REGISTRY
from minidl.viz.widget import unpacked
from tests.book import driven, links

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
SMALL = {name: e for name, e in exercises().items() if type(e.kind) in (Number, Shape, Word)}


@pytest.fixture(scope="module")
def gathered(tmp_path_factory):
    place = tmp_path_factory.mktemp("source")
    for part in (chapters, atlas, reference, looking_up, questions, gallery):
        part.write(place)
    return place


def attribute(text, name):
    return json.loads(unescape(re.search(f'{name}="([^"]*)"', text)[1]))


# Chapters


def test_a_display_that_was_closed_leaves_no_empty_box():
    code = nbformat.v4.new_code_cell("live.close()")
    code.outputs = [nbformat.v4.new_output("display_data", {"text/plain": text}) for text in ("", "3")]
    page = chapters.page(nbformat.v4.new_notebook(cells=[code]), "00_start_here.ipynb")
    assert [output.data["text/plain"] for output in page.cells[0].outputs] == ["3"]


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_picture_of_a_chapter_is_on_its_page_with_its_state(chapter):
    notebook = nbformat.read(chapter, as_version=4)
    models = pictures.states(notebook)
    found = [pictures.widget_of(output, models) for cell in notebook.cells for output in cell.get("outputs", [])]
    page = chapters.page(notebook, chapter.name)
    shown = "".join(
        output.data.get("text/html", "") for cell in page.cells for output in cell.get("outputs", []) if "data" in output
    )
    kept = re.findall(
        r'data-widget="(\w+)"[^>]*>(.*?)<script type="application/json">(.*?)</script></div>', shown, re.DOTALL
    )
    states = [
        (name, {key: still if key == "svg" and v is None else v for key, v in json.loads(data).items()})
        for name, still, data in kept
    ]
    assert states == [(name, unpacked(state)) for name, state in filter(None, found)]
    assert pictures.VIEW not in nbformat.writes(page)


def test_a_picture_of_every_kind_that_the_chapters_show_is_driven_in_the_built_book():
    assert driven.chosen().keys() == driven.DRIVES.keys()


def test_a_guess_opens_the_cell_that_answers_it():
    page = chapters.page(nbformat.read(NOTEBOOKS[3], as_version=4), NOTEBOOKS[3].name)
    asking = next(cell for cell in page.cells if cell.source.startswith("predict("))
    box = attribute(asking.outputs[0].data["text/html"], "data-guess")
    answering = [cell for cell in page.cells if f"awaits-{box['name'].replace('.', '-')}" in cell.metadata.get("tags", [])]
    assert len(answering) == 1
    assert f'outcome("{box["name"]}"' in answering[0].source


def test_a_cell_that_asks_several_questions_has_a_box_for_each():
    page = chapters.page(nbformat.read(NOTEBOOKS[10], as_version=4), NOTEBOOKS[10].name)
    asking = next(cell for cell in page.cells if cell.source.startswith('predict("ch10.p4")'))
    asked = [attribute(output.data["text/html"], "data-guess")["name"] for output in asking.outputs]
    assert asked == ["ch10.p4", "ch10.p5", "ch10.p6", "ch10.p7"]


def test_links_to_files_that_are_no_pages_become_their_words():
    assert chapters.elsewhere("see [the engine](../minidl/engine/tensor.py)") == "see the engine"
    assert chapters.elsewhere("[glossary](GLOSSARY.md), [site](https://example.org)").count("](") == 2


def test_the_rules_of_each_widget_come_after_those_that_all_share(tmp_path):
    pictures.write(tmp_path)
    sheet = (tmp_path / "book.css").read_text(encoding="utf-8")
    assert sheet.count(".md-widget .md-stage {") == 1
    assert sheet.index(".md-widget .md-stage {") < sheet.index(".md-play-widget .md-stage {")


# Exercises


@pytest.mark.parametrize("name", SMALL)
def test_a_page_knows_right_answers_and_typical_mistakes_by_their_hashes_alone(name):
    exercise = SMALL[name]
    told = answers.answers(name, exercise)
    codes = {answers.hashed(name, text) for text in answers.spellings(exercise.kind, exercise.right)}
    assert codes == set(told["right"])
    for mistake, hint in exercise.wrong:
        spelled = {answers.hashed(name, text) for text in answers.spellings(exercise.kind, mistake)}
        assert spelled - codes  # no page takes a typical mistake for right
        assert hint in told["wrong"].values()


def test_no_line_of_a_command_ends_within_an_option():
    assert 'minidl lab <span class="md-kept">--notebook</span> 03_forward.ipynb</code>' in chapters.answer_box(
        "ch03.ex3", "03_forward.ipynb"
    )


def test_functions_are_not_judged_by_a_page():
    functions = [name for name in exercises() if name not in SMALL]
    assert functions
    assert all(answers.answers(name, exercises()[name]) == {"kind": "function"} for name in functions)


@pytest.mark.parametrize(
    ("name", "title"), [("ch15.ex1", "How many negatives? "), ("ch00.ex2", "What knowing nothing costs. ")]
)
def test_the_title_of_an_exercise_ends_as_a_sentence(name, title):
    assert f"</b> {title}<" in chapters.answer_box(name, "a.ipynb")


def test_what_a_hash_hides_depends_on_the_exercise():
    assert answers.hashed("ch01.ex1", "2") != answers.hashed("ch01.ex2", "2")


# Atlas, reference, gallery


def test_the_atlas_has_every_operation_with_its_formula_and_its_lines(gathered):
    text = "\n".join(path.read_text(encoding="utf-8") for path in (gathered / "atlas").glob("*.md"))
    for operation in REGISTRY.values():
        assert f"## {operation.name}\n" in text
        assert operation.formula in text
        assert atlas.source(operation).splitlines()[-1] in text


def test_a_formula_in_a_sentence_of_the_atlas_is_drawn():
    sentence = r"The logarithm of the gamma function, $\log |\Gamma(x)|$; of whole numbers, $\log (n - 1)!$."
    assert atlas.first_line(REGISTRY["lgamma"]) == f"{sentence}\n"


def test_a_curve_of_the_atlas_shows_value_and_slope():
    assert 'aria-label="tanh: value and slope' in atlas.curve(REGISTRY["tanh"])
    assert atlas.curve(REGISTRY["softmax"]) == ""  # no number for itself
    assert atlas.curve(REGISTRY["matmul"]) == ""


def test_a_curve_has_no_slope_where_it_has_no_value(monkeypatch):
    monkeypatch.setattr(atlas, "drawn", lambda name, values, slopes: np.isfinite([values, slopes]).sum(axis=1))
    for name in ("log", "acosh", "atanh"):
        values, slopes = atlas.curve(REGISTRY[name])
        assert 0 < slopes <= values < len(atlas.REACH)


def test_a_name_in_a_formula_is_one_word():
    for operation in REGISTRY.values():
        for formula in filter(None, (operation.formula, operation.gradient)):
            mathml = converted(formula, "block").partition(">")[2]  # what LaTeX does not know comes letter by letter
            assert not re.search(r"<mo\s*/>|(<mi>[a-z]</mi>){4}", mathml), f"{operation.name}: {formula}"


ON_SINGLE_NUMBERS = {"elementwise", "gamma", "special"}  # shelves
ALSO_ON_SINGLE_NUMBERS = {"binary_cross_entropy", "clamp_open", "safe_sqrt", "threshold", "x_log_x"}


def test_every_operation_that_does_more_than_single_numbers_has_a_diagram_of_its_shapes():
    found = {op.name for shelf, ops in atlas.shelves().items() if shelf not in ON_SINGLE_NUMBERS for op in ops}
    curves = {name for name in found if atlas.curve(REGISTRY[name]) and name not in examples.EXAMPLES}
    assert found - curves - ALSO_ON_SINGLE_NUMBERS == set(examples.EXAMPLES)


def test_a_diagram_says_in_words_what_it_shows():
    picture = shapes.diagram("linear", shapes.called(REGISTRY["linear"]))
    assert 'aria-label="linear: x (N 4, in 3), weight (out 2, in 3), bias (out 2) gives (N 4, out 2)"' in picture
    assert picture.count("in = 3</text>") == 2


def test_an_example_that_is_not_what_the_engine_gets_is_refused(monkeypatch):
    monkeypatch.setitem(examples.EXAMPLES, "sum", ("x: N=3 in=4", "op(x, 1)", "N in"))
    with pytest.raises(ValueError, match="the example of sum"):
        shapes.called(REGISTRY["sum"])


@pytest.mark.parametrize("name", examples.COSTS)
def test_a_formula_of_the_cost_is_what_the_profile_counts(name):
    call = shapes.called(REGISTRY[name])
    counted = f", here {shapes.value(examples.COSTS[name], call):,}; "
    assert counted in shapes.cost(REGISTRY[name], call)


def test_chapters_that_the_atlas_names_exist_or_are_left_out():
    assert "chapters/03_forward.ipynb" in atlas.chapter_of("activation")
    assert "chapters/12_convolution.ipynb" in atlas.chapter_of("conv2d", "convolution")
    assert atlas.chapter_of("nowhere") == ""
    assert atlas.CHAPTERS.keys() <= REGISTRY.keys() | atlas.shelves().keys()


def test_the_reference_has_each_thing_in_one_room():
    found = reference.contents()
    rooms = [{id(getattr(import_module(room), name)) for name in names} for room, names in found.items()]
    assert sum(map(len, rooms)) == len(set().union(*rooms))
    assert {"Linear", "LSTM", "CrossEntropyLoss"} <= set(found["minidl.nn"])
    assert {"zeros", "manual_seed"} <= set(found["minidl"])
    assert "no_grad" in found["minidl.autograd"]


def test_an_operation_of_the_reference_has_its_formula():
    lines = ["The tangent.", "", "More."]
    reference.add_formulas(None, "function", "minidl.tanh", md.tanh, None, lines)
    assert f"   {REGISTRY['tanh'].formula}" in lines
    assert lines[0] == "The tangent."
    told = ["To sort by: what failed comes last."]  # not of the type "To sort by"
    reference.add_formulas(None, "property", "minidl.train.Trial.key", md.zeros, None, told)
    assert told == ["To sort by – what failed comes last."]
    plain = ["Zeros.", "", "Of shape (N, *).", ">>> (w * w).sum()"]  # a shape is code; an example stays as it is
    reference.add_formulas(None, "function", "minidl.zeros", md.zeros, None, plain)
    assert plain == ["Zeros.", "", "Of shape ``(N, *)``.", ">>> (w * w).sum()"]


def test_an_entry_of_the_reference_says_where_it_differs_from_pytorch():
    lines = ["Read a file."]
    reference.add_differences(None, "function", "minidl.load", md.load, None, lines)
    assert "   - ``weights_only`` is True, as None is in PyTorch: running code from a file is refused." in lines
    plain = ["Zeros."]
    reference.add_differences(None, "function", "minidl.zeros", md.zeros, None, plain)
    assert plain == ["Zeros."]


def test_a_class_is_shown_with_the_arguments_that_it_takes():
    shown = lambda thing, given="(*args, **settings)": reference.add_signature(None, "class", "", thing, None, given, None)
    assert shown(md.optim.SGD)[0].startswith("(params, lr=0.001, momentum=0,")
    assert shown(md.optim.Optimizer)[0] == "(params, defaults)"
    assert shown(md.nn.Linear, "(in_features, out_features)") is None  # autodoc knows it


def test_the_gallery_has_a_picture_of_each_kind_that_the_chapters_show(gathered):
    text = (gathered / "gallery.md").read_text(encoding="utf-8")
    for name in ("graph", "steps", "race", "tangent", "boundary", "landscape"):
        assert f"## viz.{name}\n" in text
    for name, code in re.findall(r"## viz\.(\w+)\n.*?```python\n(.*?)```", text, flags=re.DOTALL):
        assert f"md.viz.{name}(" in code
    assert "&amp;#" not in text  # what a picture shows in words is escaped once
    assert "&amp;quot;" not in text
    assert 'data-widget="play"' in (gathered / "playground.md").read_text(encoding="utf-8")


def test_terms_of_a_chapter_link_to_the_glossary_and_their_entries_back(gathered):
    glossary = (gathered / "chapters" / "GLOSSARY.md").read_text(encoding="utf-8")
    assert '<span id="computation-graph"></span>computation graph · 计算图\n: ' in glossary
    found = 0
    for path in (gathered / "chapters").rglob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        prose = "".join(cell.source for cell in cells if cell.cell_type == "markdown")
        names = re.findall(r'<a class="md-term" id="term-([^"]+)" href="(?:\.\./)?GLOSSARY.html#([^"]+)">', prose)
        assert len(names) == len(set(names))  # each at its first use alone
        assert all(f'<span id="{name}"></span>' in glossary and name == again for name, again in names)
        found += len(names)
        assert not any("md-term" in cell.source for cell in cells if cell.cell_type == "code")
    assert found > 400
    for chapter, name in re.findall(r'<a class="md-back" href="([^"]+).html#term-([^"]+)">', glossary):
        assert f'id=\\"term-{name}\\"' in (gathered / "chapters" / f"{chapter}.ipynb").read_text(encoding="utf-8")


def test_code_formulas_headings_links_and_sources_are_left_without_links():
    glossary = Glossary("| term | 中文 | meaning |\n| --- | --- | --- |\n| loss | 损失 | wrong |\n| step | 步 | one |")
    kept = [
        "# The loss",
        "`loss`",
        "```\nloss\n```",
        "$loss$ and $$\nloss\n$$",
        "[the loss](a.md)",
        "![loss](a.png)",
        "<b loss>",
        "<summary>Which loss?</summary>",
        "the steps",
        "### To go further\n\n- *Loss* (2019)",
        "cross-loss",
    ]
    assert glossary.linked(kept, "06_losses") == kept
    assert glossary.linked(["**a** *step*"], "06_losses") != ["**a** *step*"]  # a term that is introduced


def test_a_word_that_has_an_everyday_sense_is_linked_only_where_it_is_introduced():
    glossary = Glossary((NOTEBOOKS[0].parent / "GLOSSARY.md").read_text(encoding="utf-8"))
    kept = ["The final sums.", "**final**: it is opened once", "classes of one module", "the initial guess"]
    assert glossary.linked(kept, "00_start_here") == kept
    assert 'href="GLOSSARY.html#module"' in glossary.linked(["A **module** holds parameters."], "08_building_models")[0]


def test_the_list_of_differences_is_that_of_the_tests(gathered):
    text = (gathered / "differences.md").read_text(encoding="utf-8")
    assert "| `load` | `weights_only` | is True, as None is in PyTorch: running code from a file is refused |" in text


def test_tables_of_long_names_have_their_rows_stacked_on_a_telephone(gathered):
    text = (gathered / "differences.md").read_text(encoding="utf-8")
    for head in ("| function | argument | why |\n", "| operation | what differs |\n"):
        assert f"```{{table}}\n:class: md-stacked\n\n{head}" in text


def test_an_entry_of_the_glossary_names_projects_as_projects():
    glossary = Glossary("| term | 中文 | meaning |\n| --- | --- | --- |\n| class | 类 | an answer |")
    glossary.linked(["a **class**"], "06_losses")
    glossary.linked(["a **class**"], "projects/04_a_question_of_your_own", up="../")
    words = re.sub("<[^>]+>", "", glossary.back("class"))
    assert words == "chapter 06, project 4"


# Questions and answers


def test_every_question_has_an_anchor_an_answer_and_a_cell_that_shows_it(gathered):
    contents, *cells = nbformat.read(gathered / "questions.ipynb", as_version=4).cells
    asked, shown = cells[::2], cells[1::2]
    assert len(asked) == len(shown) == 30
    for number, (text, code) in enumerate(zip(asked, shown, strict=True), start=1):
        assert f"](#question-{number})" in contents.source
        assert text.source.startswith(f"(question-{number})=\n## {number}. ")
        assert code.outputs


def test_an_answer_links_to_the_questions_and_chapters_that_it_names():
    assert questions.with_anchor("see question 7") == "see [question 7](#question-7)"
    assert questions.with_anchor("see chapter 99") == "see chapter 99"  # there is none


# The built book


def test_links_that_lead_nowhere_and_heavy_pages_are_found(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    (tmp_path / "a.html").write_text(
        '<h1 id="top">A</h1><a class="x" href="in/b.html#part">b</a> <a href="https://example.org/">c</a>'
    )
    (tmp_path / "in" / "b.html").write_text('<p id="part"></p><a href="../a.html#top">a</a> <a href="#part">here</a>')
    assert links.problems(tmp_path) == []
    (tmp_path / "in" / "b.html").write_text('<a href="../none.html">n</a> <a href="../../out.html">o</a>')
    assert links.problems(tmp_path) == [
        "a.html links to in/b.html#part, which is not there",
        "in/b.html links to ../../out.html, which is not there",
        "in/b.html links to ../none.html, which is not there",
    ]
    monkeypatch.setattr(links, "HEAVIEST", 50)
    assert "a.html has 0.00 MB compressed, and 0 MB are allowed" in links.problems(tmp_path)
