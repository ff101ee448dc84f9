# Databricks notebook source
print('after')
