;; Looks at a block of scores, f32 [rows][columns], four at a time: `stride` is the length of a row in
;; bytes, a multiple of 16. Cells without a score hold NaN, which is neither above nor at anything.
(module
  (memory (export "memory") 1)

  ;; Counts, row by row, the scores above each of the row's points, and those not below it.
  ;; `points`: f32 [rows][levels]; `levels` of each row: u32 [rows], and at most `width`, which is the
  ;; length of a row of points in bytes. Writes u32 [rows][levels][above, not below].
  (func (export "count")
    (param $scores i32) (param $stride i32) (param $rows i32)
    (param $points i32) (param $levels i32) (param $width i32) (param $counts i32)
    (local $score i32) (local $end i32) (local $point i32) (local $pointsEnd i32) (local $count i32)
    (local $value v128) (local $four v128) (local $above v128) (local $notBelow v128)
    (block $done
      (loop $nextRow
        (br_if $done (i32.eqz (local.get $rows)))
        (local.set $end (i32.add (local.get $scores) (local.get $stride)))
        (local.set $point (local.get $points))
        (local.set $count (local.get $counts))
        (local.set $pointsEnd (i32.add (local.get $points)
          (i32.shl (i32.load (local.get $levels)) (i32.const 2))))
        (block $rowDone
          (loop $nextPoint
            (br_if $rowDone (i32.ge_u (local.get $point) (local.get $pointsEnd)))
            (local.set $value (v128.load32_splat (local.get $point)))
            (local.set $above (v128.const i32x4 0 0 0 0))
            (local.set $notBelow (local.get $above))
            (local.set $score (local.get $scores))
            (loop $nextFour
              (local.set $four (v128.load (local.get $score)))
              ;; A lane that holds is -1.
              (local.set $above
                (i32x4.sub (local.get $above) (f32x4.gt (local.get $four) (local.get $value))))
              (local.set $notBelow
                (i32x4.sub (local.get $notBelow) (f32x4.ge (local.get $four) (local.get $value))))
              (local.set $score (i32.add (local.get $score) (i32.const 16)))
              (br_if $nextFour (i32.lt_u (local.get $score) (local.get $end))))
            (i32.store (local.get $count) (call $sum (local.get $above)))
            (i32.store offset=4 (local.get $count) (call $sum (local.get $notBelow)))
            (local.set $count (i32.add (local.get $count) (i32.const 8)))
            (local.set $point (i32.add (local.get $point) (i32.const 4)))
            (br $nextPoint)))
        (local.set $scores (local.get $end))
        (local.set $levels (i32.add (local.get $levels) (i32.const 4)))
        (local.set $points (i32.add (local.get $points) (local.get $width)))
        (local.set $counts (i32.add (local.get $counts)
          (i32.shl (local.get $width) (i32.const 1))))
        (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
        (br $nextRow))))

  (func $sum (param $lanes v128) (result i32)
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $lanes)) (i32x4.extract_lane 1 (local.get $lanes)))
      (i32.add (i32x4.extract_lane 2 (local.get $lanes)) (i32x4.extract_lane 3 (local.get $lanes)))))

  ;; Lists the fours that have a score above their row's worst, f32 [rows]; a worst of NaN is beaten by
  ;; all. Writes the position of each, counted in scores from the block's first; returns the list's end.
  (func (export "find")
    (param $scores i32) (param $stride i32) (param $rows i32) (param $worst i32) (param $found i32)
    (result i32)
    (local $score i32) (local $end i32) (local $value v128)
    (local.set $score (local.get $scores))
    (block $done
      (loop $nextRow
        (br_if $done (i32.eqz (local.get $rows)))
        (local.set $end (i32.add (local.get $score) (local.get $stride)))
        (local.set $value (v128.load32_splat (local.get $worst)))
        (loop $nextFour
          (if (i32.eqz (i32x4.all_true
              (f32x4.le (v128.load (local.get $score)) (local.get $value))))
            (then
              (i32.store (local.get $found) (i32.shr_u
                (i32.sub (local.get $score) (local.get $scores)) (i32.const 2)))
              (local.set $found (i32.add (local.get $found) (i32.const 4)))))
          (local.set $score (i32.add (local.get $score) (i32.const 16)))
          (br_if $nextFour (i32.lt_u (local.get $score) (local.get $end))))
        (local.set $worst (i32.add (local.get $worst) (i32.const 4)))
        (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
        (br $nextRow)))
    (local.get $found))

  ;; Writes the block with rows and columns exchanged, four by four; `rows` a multiple of 4.
  (func (export "transpose")
    (param $from i32) (param $stride i32) (param $rows i32) (param $to i32) (param $toStride i32)
    (local $column i32) (local $source i32) (local $target i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $ab v128) (local $cd v128)
    (block $done
      (loop $nextRows
        (br_if $done (i32.eqz (local.get $rows)))
        (local.set $source (local.get $from))
        (local.set $target (local.get $to))
        (local.set $column (i32.const 0))
        (loop $nextColumns
          (local.set $a (v128.load (local.get $source)))
          (local.set $b (v128.load (i32.add (local.get $source) (local.get $stride))))
          (local.set $c (v128.load (i32.add (local.get $source)
            (i32.shl (local.get $stride) (i32.const 1)))))
          (local.set $d (v128.load (i32.add (local.get $source)
            (i32.mul (local.get $stride) (i32.const 3)))))
          ;; a0 b0 a1 b1, c0 d0 c1 d1; then the same of 2 and 3.
          (local.set $ab (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23
            (local.get $a) (local.get $b)))
          (local.set $cd (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23
            (local.get $c) (local.get $d)))
          (v128.store (local.get $target)
            (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
              (local.get $ab) (local.get $cd)))
          (v128.store (i32.add (local.get $target) (local.get $toStride))
            (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31
              (local.get $ab) (local.get $cd)))
          (local.set $ab (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31
            (local.get $a) (local.get $b)))
          (local.set $cd (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31
            (local.get $c) (local.get $d)))
          (v128.store (i32.add (local.get $target)
              (i32.shl (local.get $toStride) (i32.const 1)))
            (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
              (local.get $ab) (local.get $cd)))
          (v128.store (i32.add (local.get $target)
              (i32.mul (local.get $toStride) (i32.const 3)))
            (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31
              (local.get $ab) (local.get $cd)))
          (local.set $source (i32.add (local.get $source) (i32.const 16)))
          (local.set $target (i32.add (local.get $target)
            (i32.shl (local.get $toStride) (i32.const 2))))
          (local.set $column (i32.add (local.get $column) (i32.const 16)))
          (br_if $nextColumns (i32.lt_u (local.get $column) (local.get $stride))))
        (local.set $from (i32.add (local.get $from) (i32.shl (local.get $stride) (i32.const 2))))
        (local.set $to (i32.add (local.get $to) (i32.const 16)))
        (local.set $rows (i32.sub (local.get $rows) (i32.const 4)))
        (br $nextRows)))))
