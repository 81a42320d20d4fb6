"""The columns of a file: accepted headings, chosen columns, and sentences on missing or repeated ones."""

import pytest
from flow_rows import DAILY, PLAIN, rows


@pytest.mark.parametrize(
    "head",
    [
        "Date,Product Name,Demand",
        " DATE , sku ,Qty ",
        "InvoiceDate,StockCode,Quantity",
        "order-date,service_lane,units sold",
        "\ufeffMonth,route,FLOW",
    ],
)
def test_other_accepted_headers(read_rows, head):
    assert rows(read_rows(DAILY.replace("date,lane,volume", head))) == PLAIN


def test_returns_and_ignored_columns(read_rows):
    history = read_rows("date,lane,price,sold,returned\n2024-01-01,A,9.5,5,1\n2024-01-02,A,9.5,7,0\n")
    assert history.flows["returns"].tolist() == [1.0, 0.0]
    assert history.account.ignored == ("price",)
    assert history.account.columns == {
        "date": "date",
        "lane": "lane",
        "sold": "volume",
        "returned": "returns",
    }


def test_the_error_on_missing_columns_lists_headers_found_and_accepted(read_rows):
    with pytest.raises(ValueError, match=r"no column for lane, volume; found 'date', 'berth'.*sku.*quantity"):
        read_rows("date,berth\n2024-01-01,A\n")


@pytest.mark.parametrize(("head", "means"), [("date,lane,volume,demand", "volume"), ("date,date,lane,volume", "date")])
def test_repeated_columns(read_rows, head, means):
    with pytest.raises(ValueError, match=f"2 columns that mean {means}"):
        read_rows(head + "\n1,2,3,4\n")


def test_columns_can_be_chosen(read_rows):
    text = "date,day,port,n_total\n2024-01-01,1,A,5\n2024-01-02,2,A,7\n"
    chosen = {"date": "date", "lane": "port", "volume": "N_Total"}
    assert rows(read_rows(text, columns=chosen)) == PLAIN[:2]
    with pytest.raises(ValueError, match="volume was to be 'tons'"):
        read_rows(text, columns={**chosen, "volume": "tons"})
    with pytest.raises(ValueError, match="returns was to be 'back'"):
        read_rows(text, columns={**chosen, "returns": "back"})
    with pytest.raises(ValueError, match="columns must name some of"):
        read_rows(text, columns={"weight": "n_total"})
    with pytest.raises(ValueError, match="a column of its own"):
        read_rows(text, columns={**chosen, "returns": "n_total"})
