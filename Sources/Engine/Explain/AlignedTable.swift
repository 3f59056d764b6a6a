/// Rows of cells as lines, every column as wide as its longest cell; no space at the end of a line.
func alignedTable(_ rows: [[String]]) -> String {
  guard let first = rows.first else { return "" }
  let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    var line = ""
    for (cell, width) in zip(row, widths) { line += cell + String(repeating: " ", count: width - cell.count + 2) }
    while line.last == " " { line.removeLast() }
    return line
  }.joined(separator: "\n")
}
